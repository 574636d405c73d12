// Which requests may leave HTTP.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Framing } from "../src/proxy/head-check.ts";
import { isWebSocket } from "../src/proxy/upgrade.ts";

const asks = ["Connection", "Upgrade", "Upgrade", "websocket"];

function isUpgrade(fields: string[], { method = "GET", version = "1.1", framing = "none" as Framing } = {}): boolean {
  return isWebSocket({ method, version, fields, target: "http://a.test/" }, framing);
}

test("a GET over HTTP/1.1 without body may become a WebSocket, in any case and among other options", () => {
  assert.equal(isUpgrade(asks), true);
  assert.equal(isUpgrade(["connection", "keep-alive, upgrade", "UPGRADE", "WebSocket"]), true);
});

const others: [string, string[], Parameters<typeof isUpgrade>[1]?][] = [
  ["another method", asks, { method: "POST" }],
  ["a method in lower case", asks, { method: "get" }],
  ["HTTP/1.0", asks, { version: "1.0" }],
  ["a body of some length", asks, { framing: "length" }],
  ["a chunked body", asks, { framing: "chunked" }],
  ["no Connection that says so", ["Upgrade", "websocket"]],
  ["another option in Connection", ["Connection", "xupgrade", "Upgrade", "websocket"]],
  ["no Upgrade", ["Connection", "Upgrade"]],
  ["h2c", ["Connection", "Upgrade", "Upgrade", "h2c"]],
  ["a choice", ["Connection", "Upgrade", "Upgrade", "websocket, h2c"]],
  ["a choice in two fields", [...asks, "Upgrade", "h2c"]],
  ["a version", ["Connection", "Upgrade", "Upgrade", "websocket/13"]],
];
for (const [name, fields, rest] of others) {
  test(`${name} is no upgrade`, () => assert.equal(isUpgrade(fields, rest), false));
}
