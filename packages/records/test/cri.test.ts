import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CriJoiner, type CriJoinerOptions } from "../src/parse/cri-joiner.ts";
import { parserOf } from "../src/parse/parser.ts";
import { TimeReader } from "../src/time/reader.ts";

const at = (second: number) => `2024-04-22T14:29:${10 + second}.718123456Z`;

/** The messages that come out, with the bytes that each accounts for. */
function join(lines: readonly string[], options: Partial<CriJoinerOptions> = {}) {
  const given: [string, number][] = [];
  const joiner = new CriJoiner({ ...options, emit: (line, length) => given.push([line, length]) });
  for (const line of lines) joiner.push(line, line.length + 1);
  const pending = joiner.pending;
  joiner.flush();
  return { given, messages: given.map(([line]) => line), pending };
}

describe("lines of a container runtime", () => {
  it("are joined per stream, however the streams interleave, with the time of the first piece", () => {
    const lines = [
      `${at(0)} stdout P one `,
      `${at(1)} stderr P bad `,
      `${at(2)} stdout P two `,
      `${at(3)} stderr F end`,
      `${at(4)} stdout F three`,
      `${at(5)} stdout F whole`,
    ];
    const { given, messages, pending } = join(lines);
    assert.deepEqual(messages, [
      `${at(1)} stderr F bad end`,
      `${at(0)} stdout F one two three`,
      `${at(5)} stdout F whole`,
    ]);
    assert.equal(pending, 0);
    assert.deepEqual(
      given.map(([, length]) => length > 0),
      [false, true, true],
    );
    assert.equal(
      given.reduce((sum, [, length]) => sum + length, 0),
      lines.join("\n").length + 1,
    );
  });

  it("are given out when the end of a message never comes, and other text passes", () => {
    const { messages, pending } = join([`${at(0)} stdout P half`, "no such line", ""]);
    assert.deepEqual(messages, ["no such line", "", `${at(0)} stdout F half`]);
    assert.ok(pending > 0);
  });

  it("are bound by maxLine also when they are joined", () => {
    const lines = [
      `${at(0)} stdout P aaaa`,
      `${at(0)} stdout P bbbb`,
      `${at(0)} stdout F cccc`,
      `${at(1)} stdout F next`,
    ];
    const bodies = (options: Partial<CriJoinerOptions>) =>
      join(lines, { maxLine: 6, ...options }).messages.map((line) => line.slice(line.indexOf(" F ") + 3));
    let counted = 0;
    assert.deepEqual(bodies({ onLong: () => counted++ }), ["aaaabb", "next"]);
    assert.deepEqual(bodies({ onLongLine: "drop" }), ["next"]);
    assert.deepEqual(bodies({ onLongLine: "split" }), ["aaaa", "bbbb", "cccc", "next"]);
    assert.equal(counted, 1);
  });

  it("are parsed to time, stream and message", () => {
    const record = parserOf("cri", new TimeReader())(`${at(0)} stderr F  two  blanks `);
    assert.deepEqual([record?.time, record?.fields, record?.message], [at(0), '"stream":"stderr"', " two  blanks "]);
    assert.equal(parserOf("cri", new TimeReader())(`${at(0)} stdout F`)?.message, "");
    assert.equal(parserOf("cri", new TimeReader())("plain"), undefined);
  });
});
