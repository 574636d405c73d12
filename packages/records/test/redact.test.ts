import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ByteRedactor } from "../src/redact/bytes.ts";
import { requiredLiteral } from "../src/redact/literals.ts";
import { redactionPresetNames } from "../src/redact/presets.ts";
import { Redactor } from "../src/redact/redactor.ts";

const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl";

const secrets: [preset: (typeof redactionPresetNames)[number], line: string, expected: string][] = [
  ["bearer", "Authorization: Bearer abc.def-123~+/==, next", "Authorization: Bearer [redacted], next"],
  ["bearer", '{"authorization":"bearer  x1"}', '{"authorization":"bearer  [redacted]"}'],
  ["bearer", "AUTHORIZATION: BEARER x1", "AUTHORIZATION: BEARER [redacted]"],
  ["bearer", "the forbearer of it", "the forbearer of it"],
  ["basic-auth-url", "to https://user:p%40ss@host/x?y=@z", "to https://user:[redacted]@host/x?y=@z"],
  ["basic-auth-url", "redis://:secret@cache:6379 amqp://a:b@c", "redis://:[redacted]@cache:6379 amqp://a:[redacted]@c"],
  ["basic-auth-url", "https://user:p@ss@host", "https://user:[redacted]@host"],
  ["basic-auth-url", "https://host:8080/a@b https://user@host", "https://host:8080/a@b https://user@host"],
  ["jwt", `token=${token};`, "token=[redacted];"],
  ["jwt", "eyJhbGciOiJub25lIn0.eyJhIjoxfQ.", "[redacted]"],
  ["jwt", "eyJust a word. And.more", "eyJust a word. And.more"],
  ["aws-key", "key AKIAIOSFODNN7EXAMPLE used", "key [redacted] used"],
  ["aws-key", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "aws_secret_access_key = [redacted]"],
  ["aws-key", '"SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"', '"SecretAccessKey":"[redacted]"'],
  ["aws-key", "AKIAIOSFODNN7EXAMPLEX AKIA", "AKIAIOSFODNN7EXAMPLEX AKIA"],
  ["card", "paid with 4111111111111111.", "paid with [redacted]."],
  ["card", "2024-04-22 14:29:49 4111 1111 1111 1111 ok", "2024-04-22 14:29:49 [redacted] ok"],
  ["card", "5500-0000-0000-0004 and 378282246310005", "[redacted] and [redacted]"],
  [
    "card",
    "4111111111111112 is wrong, 41111111 too short, 41111111111111111111 too long",
    "4111111111111112 is wrong, 41111111 too short, 41111111111111111111 too long",
  ],
  ["email", "from joe.doe+x@mail.example.org to <a@b.co>", "from [redacted] to <[redacted]>"],
  ["email", "mail=joe@example.com&x", "mail=[redacted]&x"],
  ["email", "@handle a@b user@localhost @", "@handle a@b user@localhost @"],
];

describe("redaction", () => {
  for (const [preset, line, expected] of secrets) {
    it(`of ${preset} makes ${JSON.stringify(expected)} of ${JSON.stringify(line)}`, () => {
      const redactor = new Redactor([preset]);
      assert.equal(redactor.line(line), expected);
      assert.deepEqual(redactor.lines(["clean", line, "clean"]), ["clean", expected, "clean"]);
    });
  }

  it("leaves clean lines as they are, without copying them", () => {
    const lines = ["one", "two"];
    assert.equal(new Redactor([...redactionPresetNames.filter((name) => name !== "card")]).lines(lines), lines);
  });

  it("by a pattern takes out what matches, or its group named secret", () => {
    assert.equal(new Redactor([/password=\S+/]).line("a password=x y password=z"), "a [redacted] y [redacted]");
    assert.equal(
      new Redactor([/password=(?<secret>\S+)/]).line("a password=x y password=z"),
      "a password=[redacted] y password=[redacted]",
    );
    assert.equal(new Redactor([/x*/]).line("axb"), "a[redacted]b");
    assert.equal(new Redactor([/^пароль: .*/]).line("пароль: x"), "[redacted]");
    assert.equal(new Redactor([/secret$/y, /top/g]).lines(["top secret"])[0], "[redacted] [redacted]");
  });

  it("never looks past the end of a line", () => {
    assert.deepEqual(new Redactor([/key=[^&]*/]).lines(["key=a", "b"]), ["[redacted]", "b"]);
  });
});

describe("the literal of a pattern", () => {
  for (const [pattern, literal] of [
    [/password=\S+/, "password="],
    [/(?:a|b)token(c)?/, "token"],
    [/abc|def/, undefined],
    [/(abc|def)/, undefined],
    [/abcd?/, "abc"],
    [/abcd{0,2}efghi/, "efghi"],
    [/abc\.def/, "abc.def"],
    [/api[_-]key\d+/, "api"],
    [/ab/, undefined],
    [/secret/i, undefined],
    [/\dsecret/, undefined],
    [/^секрет-abc$/, "-abc"],
    [/(?=look)ahead/, "ahead"],
    [/abc(?!def)/, "abc"],
  ] as const) {
    it(`of ${pattern} is ${literal}`, () => assert.equal(requiredLiteral(pattern), literal));
  }

  it("is in everything that matches", () => {
    const source = fc.array(
      fc.constantFrom("a", "bc", "\\.", "\\d", "[xy]", "(?:q|r)", "s?", "t*", "u+", "v{0,2}", "(w)", "."),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(
        source.chain((parts) =>
          fc.tuple(fc.constant(new RegExp(parts.join(""))), fc.stringMatching(new RegExp(`^${parts.join("")}$`))),
        ),
        ([pattern, text]) => {
          const literal = requiredLiteral(pattern);
          assert.ok(literal === undefined || text.includes(literal), `${pattern} ${text} ${literal}`);
        },
      ),
    );
  });
});

describe("redaction of bytes", () => {
  const redactor = new Redactor(["bearer", "basic-auth-url", "jwt", "aws-key", "card", "email"]);

  function through(pieces: readonly Buffer[]): Buffer {
    const bytes = new ByteRedactor(redactor);
    const out = pieces.map((piece) => {
      // A read buffer is used again.
      const memory = Buffer.from(piece);
      const given = Buffer.from(bytes.push(memory));
      memory.fill(0);
      return given;
    });
    return Buffer.concat([...out, bytes.flush()]);
  }

  it("removes a secret wherever the boundary of two reads is", () => {
    const input = Buffer.from(secrets.map(([, line]) => `${line}\r\n`).join(""));
    const expected = secrets.map(([, line]) => `${redactor.line(line)}\r\n`).join("");
    for (let at = 0; at <= input.length; at++) {
      assert.equal(through([input.subarray(0, at), input.subarray(at)]).toString(), expected, `at ${at}`);
    }
  });

  it("passes all other bytes unchanged, invalid ones too", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, at) => {
        const input = Buffer.from(bytes.filter((byte) => byte !== 0x40));
        assert.deepEqual(through([input.subarray(0, at), input.subarray(at)]), input);
      }),
    );
    const mixed = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(" Bearer abc ü\n")]);
    assert.deepEqual(
      through([mixed]),
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(" Bearer [redacted] ü\n")]),
    );
  });

  it("streams a very long line through little memory", () => {
    const bytes = new ByteRedactor(redactor);
    const piece = Buffer.from(`${"x ".repeat(30_000)}Bearer abcdef `);
    let given = 0;
    let text = "";
    for (let i = 0; i < 100; i++) {
      const out = bytes.push(piece);
      given += out.length;
      text += out.toString();
      assert.ok(bytes.pending <= 1024 * 1024 + piece.length);
    }
    text += bytes.flush().toString();
    assert.equal(text.includes("abcdef"), false);
    assert.equal(text.split("Bearer [redacted]").length, 101);
    assert.ok(given > 4_000_000);
  });

  it("is not held up by lines made to hurt", () => {
    const hurtful = ["a", "@", "a@", "eyJ", "eyJ.", "://a:", "1 ", "1", "Bearer", "secret_access_key=", "a.", "AKIA"];
    for (const one of hurtful) {
      for (const preset of redactionPresetNames) {
        const before = process.cpuUsage();
        new Redactor([preset]).line(one.repeat(200_000));
        // Microseconds of this process, whatever else the machine does; what grows with the square would take minutes.
        assert.ok(process.cpuUsage(before).user < 5e6, `${preset} ${one}`);
      }
    }
  });
});
