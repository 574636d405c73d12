import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chunk, Generation } from "@outrigger/tail/follow";
import { TextConsumer } from "../src/logs/text-consumer.ts";

const generation: Generation = { id: 1, source: 0, name: "app", file: "/logs/app.log", encoding: "utf-8" };
const maxLine = 8;

/** What rules get to see of these bytes, whichever reads they come in, and how many lines were cut. */
async function read(
  bytes: Buffer,
  cuts: readonly number[],
): Promise<{ text: string; truncated: number; committed: number }> {
  const seen = { text: "", truncated: 0, committed: 0 };
  const sink = {
    lines(text: string, _generation: Generation, extent: { bytes: number; settled(bytes: number): void }) {
      // A cut line has lost its line end, too.
      seen.text += text.endsWith("\n") ? text : `${text}\n`;
      extent.settled(extent.bytes);
      return undefined;
    },
    bytes() {},
    truncated: () => {
      seen.truncated++;
    },
    end: () => undefined,
  };
  const consumer = new TextConsumer(sink, maxLine);
  consumer.commit = (_generation, position) => {
    seen.committed = position.offset;
  };
  const ends = [...cuts, bytes.length];
  for (const [index, end] of ends.entries()) {
    const begin = ends[index - 1] ?? 0;
    await consumer.data(generation, chunk(bytes.subarray(begin, end), begin));
  }
  await consumer.end(generation);
  return seen;
}

function chunk(bytes: Buffer, offset: number): Chunk {
  return {
    bytes,
    complete: bytes.at(-1) === 10,
    keep: () => () => {},
    position: (length = bytes.length) => ({ offset: offset + length, marker: Buffer.alloc(0), flushed: false }),
  };
}

test("wherever reads end, lines are whole, the byte order mark is gone, and only what is beyond the limit is cut", async () => {
  const cases: [written: string, seen: string, truncated: number][] = [
    ["\ufeffäb\ncd\n", "äb\ncd\n", 0],
    ["\ufeff\n\ufeffa\n", "\n\ufeffa\n", 0],
    ["12345678\nx\n", "12345678\nx\n", 0],
    ["12345678\r\nx\r\n", "12345678\nx\n", 0],
    ["x\n12345678", "x\n12345678\n", 0],
    ["x\n12345678\r", "x\n12345678\n", 0],
  ];
  for (const [written, seen, truncated] of cases) {
    const bytes = Buffer.from(written);
    for (let first = 1; first < bytes.length; first++) {
      for (let second = first; second < bytes.length; second++) {
        const result = await read(bytes, second === first ? [first] : [first, second]);
        const text = result.text.replaceAll("\r", "");
        assert.deepEqual({ ...result, text }, { text: seen, truncated, committed: bytes.length }, `${first} ${second}`);
      }
    }
  }
});

test("a line that is longer than the limit and than a read is cut once, wherever reads end in it", async () => {
  for (const end of ["\n", "\r\n", ""]) {
    const bytes = Buffer.from(`123456789abc${end}`);
    for (let first = 1; first < 12; first++) {
      for (let second = first + 1; second < 12; second++) {
        const result = await read(bytes, [first, second]);
        assert.deepEqual(result, { text: "12345678\n", truncated: 1, committed: bytes.length }, `${first} ${second}`);
      }
    }
  }
});
