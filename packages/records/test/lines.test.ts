import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type CutterOptions, LineCutter } from "../src/lines/cutter.ts";
import { cutAt } from "../src/lines/limit.ts";

/** All lines, and the bytes that they account for, when `bytes` come in pieces that end at `splits`. */
function cut(bytes: Buffer, options: CutterOptions = {}, splits: readonly number[] = []) {
  const cutter = new LineCutter(options);
  const lines: string[] = [];
  let accounted = 0;
  const take = (result: { lines: readonly string[]; lengths(): readonly number[] }) => {
    lines.push(...result.lines);
    assert.equal(result.lengths().length, result.lines.length);
    accounted += result.lengths().reduce((sum, length) => sum + length, 0);
  };
  const ends = [...new Set([...splits, bytes.length])].sort((a, b) => a - b);
  for (const [index, end] of ends.entries()) take(cutter.push(Buffer.from(bytes.subarray(ends[index - 1] ?? 0, end))));
  take(cutter.flush(true));
  return { lines, accounted, pending: cutter.pending };
}

const bigEndian = (text: string) => Buffer.from(text, "utf16le").swap16();

describe("cutting lines", () => {
  it("gives the same lines wherever the chunks are split", () => {
    const text = "one\r\ntwo\n\n\r\nmünchen 日本 😀\nlone \r inside\nend";
    const expected = ["one", "two", "", "", "münchen 日本 😀", "lone \r inside", "end"];
    for (const [encoding, bytes] of [
      ["utf-8", Buffer.from(text)],
      ["utf-16le", Buffer.from(text, "utf16le")],
      ["utf-16be", bigEndian(text)],
    ] as const) {
      for (let first = 0; first <= bytes.length; first++) {
        for (const second of [first, first + 1, first + 2]) {
          const { lines, accounted } = cut(bytes, { encoding }, [first, Math.min(second, bytes.length)]);
          assert.deepEqual(lines, expected, `${encoding} at ${first}, ${second}`);
          assert.equal(accounted, bytes.length);
        }
      }
    }
  });

  it("gives each line once and accounts for every byte, for any text and any splits", () => {
    const line = fc.string({ unit: "binary" }).map((text) => text.replace(/[\n\r]/g, "").replace(/\p{Cs}/gu, ""));
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(fc.nat(400)),
        fc.constantFrom("utf-8", "utf-16le"),
        (texts, splits, encoding) => {
          const whole = texts.map((text) => `${text}\n`).join("");
          const bytes = Buffer.from(`\u{feff}${whole}`, encoding === "utf-8" ? "utf8" : "utf16le");
          const within = splits.filter((at) => at <= bytes.length);
          const { lines, accounted, pending } = cut(bytes, { encoding: "windows-1252" }, within);
          assert.deepEqual(lines, texts);
          assert.equal(accounted + pending, bytes.length);
        },
      ),
    );
  });

  it("lets a byte order mark win over the label, and removes it once, at the start only", () => {
    const text = "\u{feff}a\n\u{feff}b\n";
    assert.deepEqual(cut(Buffer.from(text, "utf16le")).lines, ["a", "\u{feff}b"]);
    assert.deepEqual(cut(bigEndian(text)).lines, ["a", "\u{feff}b"]);
    assert.deepEqual(cut(Buffer.from(text), { encoding: "latin1" }).lines, ["a", "\u{feff}b"]);
    assert.deepEqual(cut(Buffer.from(text), { atStart: false }).lines, ["\u{feff}a", "\u{feff}b"]);
  });

  it("does not take the byte 0x0A inside a UTF-16 character for a line end", () => {
    const text = "\u{0a0d}\u{0a0a}\u{010a}x\n\u{d83d}\u{de00}\n";
    assert.deepEqual(cut(Buffer.from(text, "utf16le"), { encoding: "utf-16le" }).lines, [
      "\u{0a0d}\u{0a0a}\u{010a}x",
      "😀",
    ]);
    assert.deepEqual(cut(bigEndian(text), { encoding: "utf-16be" }).lines, ["\u{0a0d}\u{0a0a}\u{010a}x", "😀"]);
  });

  it("replaces invalid bytes, which end with their line", () => {
    assert.deepEqual(cut(Buffer.from([0x61, 0xff, 0x62, 0x0a, 0xc3, 0x0a, 0x63, 0x0a])).lines, [
      "a\u{fffd}b",
      "\u{fffd}",
      "c",
    ]);
  });

  it("decodes legacy encodings and refuses unknown labels", () => {
    assert.deepEqual(cut(Buffer.from([0xe4, 0x0a]), { encoding: "iso-8859-1" }).lines, ["ä"]);
    assert.deepEqual(cut(Buffer.from([0x82, 0xa0, 0x0a]), { encoding: "shift_jis" }).lines, ["あ"]);
    const unclosed = Buffer.from([0x1b, 0x24, 0x42, 0x24, 0x22, 0x0a, 0x61, 0x0a]);
    assert.deepEqual(cut(unclosed, { encoding: "iso-2022-jp" }).lines, ["あ", "a"]);
    assert.throws(() => new LineCutter({ encoding: "klingon" }), /unknown encoding "klingon": write a WHATWG label/);
  });

  it("keeps raw lines as they are, invalid bytes, returns and a UTF-8 mark included", () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x0d, 0x0a, 0xc3, 0x0a, 0xc3, 0xa4]);
    for (let split = 0; split <= bytes.length; split++) {
      const { lines } = cut(bytes, { raw: true }, [split]);
      assert.deepEqual(Buffer.from(lines.join("\n"), "latin1"), bytes);
      assert.equal(lines.length, 3);
    }
    assert.deepEqual(cut(Buffer.from("\u{feff}a\r\nb\n", "utf16le"), { raw: true }).lines, ["a\r", "b"]);
    const cutOff = cut(Buffer.from("aéé\n"), { raw: true, maxLine: 4 }).lines[0]!;
    assert.equal(Buffer.from(cutOff, "latin1").toString(), "aé");
  });

  it("keeps half a character for the next write when a line is flushed, unless the file has ended", () => {
    const cutter = new LineCutter();
    const euro = Buffer.from("a€\n");
    cutter.push(euro.subarray(0, 2));
    assert.deepEqual(cutter.flush(false).lines, ["a"]);
    assert.deepEqual(cutter.push(euro.subarray(2)).lines, ["€"]);
    cutter.push(euro.subarray(0, 2));
    assert.deepEqual(cutter.flush(true).lines, ["a\u{fffd}"]);
  });
});

describe("lines over maxLine", () => {
  const long = `${"é".repeat(10)}x`;

  it("are cut at a character boundary, and their rest is dropped however late it comes", () => {
    let counted = 0;
    const options = { maxLine: 7, onLong: () => counted++ };
    for (let split = 0; split <= 22; split++) {
      assert.deepEqual(cut(Buffer.from(`${long}\nnext\n`), options, [split]).lines, ["ééé", "next"]);
    }
    assert.equal(counted, 23);
    const cutter = new LineCutter(options);
    assert.deepEqual(cutter.push(Buffer.from(long)).lines, ["ééé"]);
    assert.deepEqual(cutter.flush(false).lines, []);
    assert.deepEqual(cutter.push(Buffer.from("late\nnext\n")).lines, ["next"]);
  });

  it("end where a swallowed line end was", () => {
    const cutter = new LineCutter({ maxLine: 3 });
    assert.deepEqual(cutter.push(Buffer.from("abcdef")).lines, ["abc"]);
    cutter.flush(false);
    cutter.lineEnded();
    assert.deepEqual(cutter.push(Buffer.from("new\n")).lines, ["new"]);
  });

  it("give, split, pieces that joined are the line", () => {
    for (let split = 0; split <= 22; split++) {
      const { lines, accounted, pending } = cut(Buffer.from(`${long}\nnext\n`), { maxLine: 7, onLongLine: "split" }, [
        split,
        split + 2,
      ]);
      assert.equal(lines.at(-1), "next");
      assert.equal(lines.slice(0, -1).join(""), long);
      assert.ok(lines.every((line) => Buffer.byteLength(line) <= 7));
      assert.equal(lines.length, 5);
      assert.equal(accounted + pending, 27);
    }
  });

  it("are left out when they are to be dropped", () => {
    let counted = 0;
    for (let split = 0; split <= 30; split++) {
      const options: CutterOptions = { maxLine: 7, onLongLine: "drop", onLong: () => counted++ };
      const { lines, accounted, pending } = cut(Buffer.from(`first\n${long}\nnext\n`), options, [split]);
      assert.deepEqual(lines, ["first", "next"]);
      assert.equal(accounted + pending, 33);
    }
    assert.equal(counted, 31);
  });

  it("are not those that are just as long, whatever their line end", () => {
    for (let split = 0; split <= 9; split++) {
      const { lines } = cut(Buffer.from("1234567\r\n"), { maxLine: 7, onLong: () => assert.fail("too long") }, [split]);
      assert.deepEqual(lines, ["1234567"]);
    }
  });

  it("do not have to be held in memory", () => {
    for (const onLongLine of ["truncate", "drop", "split"] as const) {
      const cutter = new LineCutter({ maxLine: 4096, onLongLine });
      let most = 0;
      let given = 0;
      for (let i = 0; i < 1000; i++) {
        given += cutter.push(Buffer.alloc(4096, "x")).lines.join("").length;
        if (onLongLine === "truncate") most = Math.max(most, given);
      }
      assert.ok(onLongLine === "truncate" ? most === 4096 : onLongLine === "drop" ? given === 0 : given >= 4096 * 998);
    }
  });

  it("are measured in bytes of UTF-8 also in UTF-16", () => {
    const options: CutterOptions = { maxLine: 4, encoding: "utf-16le" };
    for (let split = 0; split <= 14; split++) {
      assert.deepEqual(cut(Buffer.from("abcd\néééé\n", "utf16le"), options, [split]).lines, ["abcd", "éé"]);
    }
  });

  it("are never cut inside a surrogate pair", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(60), (text, limit) => {
        const piece = text.slice(0, cutAt(text, limit));
        assert.ok(Buffer.byteLength(piece) <= limit);
        assert.ok(piece.isWellFormed());
        const next = String.fromCodePoint(text.codePointAt(piece.length) ?? 0);
        assert.ok(piece === text || Buffer.byteLength(piece + next) > limit);
      }),
    );
  });
});
