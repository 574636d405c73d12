import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Reader } from "../src/checks/conversation.ts";
import { encodeRequest, readStatus } from "../src/checks/grpc-messages.ts";
import { samplesOf } from "../src/checks/metric-text.ts";
import { errorFields, readMessage } from "../src/checks/postgres.ts";
import { readLine } from "../src/checks/redis.ts";

/** What a reader makes of an answer that comes in two pieces, for every place where it may be cut. */
function atEverySplit<T>(answer: Buffer, read: Reader<T>, expected: T): void {
  for (let cut = 0; cut < answer.length; cut++) {
    assert.equal(read(answer.subarray(0, cut), false), undefined, `cut at ${cut}`);
  }
  const more = Buffer.concat([answer, Buffer.from("more")]);
  assert.deepEqual(read(more, false), { value: expected, length: answer.length });
}

test("a Redis answer is whole at its line end, not before", () => {
  atEverySplit(Buffer.from("+PONG\r\n"), readLine, "+PONG");
  atEverySplit(
    Buffer.from("-LOADING Redis is loading the dataset in memory\r\n"),
    readLine,
    "-LOADING Redis is loading the dataset in memory",
  );
});

test("a PostgreSQL message is whole when its length is there", () => {
  const body = Buffer.from("SFATAL\0C57P03\0Mthe database system is starting up\0\0");
  const head = Buffer.from([0x45, 0, 0, 0, body.length + 4]);
  atEverySplit(Buffer.concat([head, body]), readMessage, { type: "E", body });
  const fields = errorFields(body);
  assert.deepEqual([fields.get("C"), fields.get("M")], ["57P03", "the database system is starting up"]);
});

test("an impossible length is another protocol", () => {
  assert.throws(() => readMessage(Buffer.from("HTTP/1.1 400 Bad Request\r\n"), false), /does not speak PostgreSQL/);
  assert.throws(() => readMessage(Buffer.from([0x52, 0, 0, 0, 3]), false), /does not speak PostgreSQL/);
});

test("no bytes at all make a reader throw anything unexpected", () => {
  const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(bytes, (received) => {
      readLine(received, false);
      readStatus(received);
      errorFields(received);
      try {
        readMessage(received, false);
      } catch (error) {
        assert.match(String(error), /does not speak PostgreSQL/);
      }
    }),
  );
});

test("a gRPC request carries the service, of any length", () => {
  assert.deepEqual([...encodeRequest("")], [0, 0, 0, 0, 0]);
  assert.deepEqual([...encodeRequest("ab")], [0, 0, 0, 0, 4, 0x0a, 2, 0x61, 0x62]);
  assert.deepEqual([...encodeRequest("x".repeat(300)).subarray(0, 8)], [0, 0, 0, 1, 47, 0x0a, 0xac, 2]);
});

function framed(message: number[]): Buffer {
  return Buffer.from([0, 0, 0, 0, message.length, ...message]);
}

const UNKNOWN_FIELDS = [
  [0x12, 1, 0x78],
  [0x19, 1, 2, 3, 4, 5, 6, 7, 8],
  [0x25, 1, 2, 3, 4],
  [0x20, 9],
].flat();

const statuses: [sentence: string, bytes: Buffer, status: number | undefined][] = [
  ["SERVING", framed([8, 1]), 1],
  ["NOT_SERVING", framed([8, 2]), 2],
  ["an empty message is UNKNOWN, the default", framed([]), 0],
  ["unknown fields of every kind are passed over", framed([...UNKNOWN_FIELDS, 8, 1]), 1],
  ["a later value replaces an earlier one", framed([8, 1, 8, 2]), 2],
  ["a cut field is no message", framed([8]), undefined],
  ["a field longer than the message is none", framed([0x12, 9]), undefined],
  ["a cut message is none", Buffer.from([0, 0, 0, 0, 2, 8]), undefined],
  ["a cut prefix is none", Buffer.from([0, 0, 0]), undefined],
  ["a compressed message is none", Buffer.from([1, 0, 0, 0, 2, 8, 1]), undefined],
];
for (const [sentence, bytes, status] of statuses) {
  test(`gRPC: ${sentence}`, () => assert.equal(readStatus(bytes), status));
}

const exposition = String.raw`# HELP depth How deep.
# TYPE depth gauge
depth 1
depth{queue="a"} 2.5e1 1767225600000
depth{queue="a b{},\"x\" # y"} +Inf
depth { queue = "b" , } -Inf # {trace="1"} 1
depth{queue="n"} NaN
depth_total 7
depthless 8
other{name="depth"} 9
depth{broken 10
depth
depth ten
`;

test("exactly the series of that name are found, whatever their labels hold", () => {
  assert.deepEqual(
    samplesOf("depth", exposition).map(({ value }) => value),
    [1, 25, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
  );
  assert.equal(samplesOf("depth", exposition)[2]!.series, String.raw`depth{queue="a b{},\"x\" # y"}`);
  assert.deepEqual(samplesOf("dept", exposition), []);
});
