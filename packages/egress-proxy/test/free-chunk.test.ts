import assert from "node:assert/strict";
import { test } from "node:test";
import { freeChunk } from "../src/sockets/free-chunk.ts";

test("the memory of a chunk is freed when all of it is the chunk's, and when it is worth it", () => {
  const whole = Buffer.from(new ArrayBuffer(64 * 1024));
  freeChunk(whole);
  assert.equal(whole.byteLength, 0);
  const small = Buffer.from(new ArrayBuffer(1024));
  freeChunk(small);
  assert.equal(small.byteLength, 1024);
});

test("a part of a larger buffer is not freed, which others use", () => {
  const shared = Buffer.from(new ArrayBuffer(64 * 1024)).fill("x");
  freeChunk(shared.subarray(0, 32 * 1024));
  assert.equal(shared.byteLength, 64 * 1024);
  assert.equal(shared.toString("latin1", 60_000, 60_003), "xxx");
});
