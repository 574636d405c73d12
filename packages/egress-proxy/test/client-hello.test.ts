import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { clientHello } from "../../../test/egress-proxy/support/client-hello.ts";
import { readClientHello } from "../src/tunnel/client-hello.ts";
import { SniCheck } from "../src/tunnel/sni-check.ts";

const good = clientHello({ names: ["api.test"] });

test("every prefix is incomplete and says how much is needed; the whole is read", () => {
  for (let length = 0; length < good.length; length++) {
    const result = readClientHello(good.subarray(0, length));
    assert.equal(result.state, "incomplete", `${length}`);
    assert.ok(result.state === "incomplete" && result.needed > length && result.needed <= good.length);
  }
  assert.deepEqual(readClientHello(good), { state: "complete", serverNames: ["api.test"] });
});

test("any record split gives the same names", () => {
  for (let record = 1; record < good.length; record += 3) {
    assert.deepEqual(readClientHello(clientHello({ names: ["api.test"], record })), {
      state: "complete",
      serverNames: ["api.test"],
    });
  }
});

test("an address is no server name (RFC 6066 section 3), whatever the tunnel leads to", () => {
  for (const address of ["127.0.0.1", "::1"]) {
    const verdict = new SniCheck(address).push(clientHello({ names: [address] }));
    assert.deepEqual(verdict, { state: "refused", reason: "sni_mismatch", sni: address });
  }
});

test("any segmentation gives the same verdict", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 }), (sizes) => {
      const check = new SniCheck("api.test");
      let at = 0;
      let verdict: ReturnType<SniCheck["push"]> = { state: "undecided" };
      for (let index = 0; at < good.length && verdict.state === "undecided"; index++) {
        const size = sizes[index % sizes.length]!;
        verdict = check.push(good.subarray(at, at + size));
        at += size;
      }
      assert.equal(verdict.state, "accepted");
      assert.deepEqual(check.bytes, good.subarray(0, at));
    }),
  );
});

/** Changes, removes, repeats or inserts bytes. */
const mutation = fc.record({
  at: fc.nat({ max: good.length - 1 }),
  kind: fc.constantFrom("set", "drop", "repeat", "insert"),
  value: fc.nat({ max: 255 }),
});

function mutate(bytes: Buffer, { at, kind, value }: { at: number; kind: string; value: number }): Buffer {
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
  const own = Buffer.from([bytes[at] ?? 0]);
  if (kind === "set") return Buffer.concat([head, Buffer.from([value]), tail]);
  if (kind === "drop") return Buffer.concat([head, tail]);
  if (kind === "repeat") return Buffer.concat([head, own, own, tail]);
  return Buffer.concat([head, Buffer.from([value]), own, tail]);
}

test("no mutation crashes the reader, and none is accepted under another name", () => {
  const evil = clientHello({ names: ["evil.test"] });
  fc.assert(
    fc.property(fc.constantFrom(good, evil), fc.array(mutation, { minLength: 1, maxLength: 4 }), (start, mutations) => {
      const bytes = mutations.reduce(mutate, start);
      const verdict = new SniCheck("api.test").push(bytes);
      if (verdict.state !== "accepted") return;
      assert.equal(verdict.sni.toLowerCase().replace(/\.$/, ""), "api.test");
      assert.ok(bytes.includes(Buffer.from(verdict.sni, "latin1")));
    }),
    { numRuns: 100_000 },
  );
});

test("arbitrary bytes are read without a crash", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      readClientHello(Buffer.from(bytes));
      readClientHello(Buffer.concat([Buffer.from([22, 3, 1, 1, 0, 1, 0, 0, 0xfc]), Buffer.from(bytes)]));
    }),
    { numRuns: 50_000 },
  );
});
