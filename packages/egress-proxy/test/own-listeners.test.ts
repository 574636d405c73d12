// Which destinations would lead back into this process.
import assert from "node:assert/strict";
import { syncBuiltinESMExports } from "node:module";
import os, { networkInterfaces } from "node:os";
import { test } from "node:test";
import { parseAddress } from "@outrigger/net/address";
import { atEnd } from "../../../test/harness/at-end.ts";
import { OwnListeners } from "../src/own-listeners.ts";

const PORT = 1080;

function listening(...addresses: string[]) {
  const own = new OwnListeners();
  for (const address of addresses) own.add({ address, port: PORT });
  return { own, isOwn: (text: string, port = PORT) => own.isOwn(parseAddress(text)!, port) };
}

test("a listener on one address is reached there, and by the address that means this machine", () => {
  const { isOwn } = listening("127.0.0.1");
  for (const address of ["127.0.0.1", "0.0.0.0", "::"]) assert.equal(isOwn(address), true, address);
  for (const address of ["127.0.0.2", "::1", "8.8.8.8"]) assert.equal(isOwn(address), false, address);
  assert.equal(isOwn("127.0.0.1", PORT + 1), false);
});

for (const all of ["0.0.0.0", "::"]) {
  test(`a listener on ${all} is reached by every address of this machine`, () => {
    const { isOwn } = listening(all);
    for (const address of ["127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::"])
      assert.equal(isOwn(address), true, address);
    for (const { address } of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) {
      assert.equal(isOwn(address), true, address);
    }
    for (const address of ["8.8.8.8", "128.0.0.1", "2606::1"]) assert.equal(isOwn(address), false, address);
  });
}

test("a listener that has gone is a destination like any other", () => {
  const { own, isOwn } = listening("127.0.0.1", "127.0.0.2");
  assert.deepEqual([isOwn("127.0.0.1"), isOwn("127.0.0.2")], [true, true]);
  own.remove({ address: "127.0.0.1", port: PORT });
  assert.deepEqual([isOwn("127.0.0.1"), isOwn("127.0.0.2")], [false, true]);
  own.remove({ address: "127.0.0.2", port: PORT });
  assert.deepEqual([isOwn("127.0.0.2"), isOwn("0.0.0.0")], [false, false]);
});

test("an address of a listener counts in any spelling", () => {
  const { own, isOwn } = listening("0:0:0:0:0:0:0:1", "2001:DB8::0A");
  assert.deepEqual([isOwn("::1"), isOwn("2001:db8::a")], [true, true]);
  own.remove({ address: "::0:1", port: PORT });
  assert.equal(isOwn("::1"), false);
});

test("an address that this machine gets later is its own within five seconds; it is not asked for them every time", (t) => {
  const { now } = performance;
  let [ahead, asked] = [0, 0];
  t.mock.method(performance, "now", () => now.call(performance) + ahead);
  const addresses = ["10.0.0.1"];
  const original = os.networkInterfaces;
  atEnd(t, () => {
    Object.assign(os, { networkInterfaces: original });
    syncBuiltinESMExports();
  });
  const interfaces = () => {
    asked++;
    return { eth0: addresses.map((address) => ({ address })) };
  };
  Object.assign(os, { networkInterfaces: interfaces });
  syncBuiltinESMExports();
  const { isOwn } = listening("0.0.0.0");
  assert.deepEqual([isOwn("10.0.0.1"), isOwn("10.0.0.2"), asked], [true, false, 1]);
  addresses.push("10.0.0.2");
  ahead = 5001;
  assert.deepEqual([isOwn("10.0.0.1"), isOwn("10.0.0.2"), asked], [true, true, 2]);
});
