import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { startUnanswering, waitingFor } from "../../../test/egress-proxy/support/unanswering.ts";
import { atEnd } from "../../../test/harness/at-end.ts";
import { eventually } from "../../../test/harness/eventually.ts";
import { freePort } from "../../../test/harness/ports.ts";
import { type DialError, dial } from "../src/dial.ts";

/** Accepts connections, and says on which of its addresses. */
async function listen(t: TestContext, host: string, port = 0): Promise<number> {
  const server = createServer((socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  atEnd(t, () => server.close());
  return (server.address() as AddressInfo).port;
}

function dialing(t: TestContext, addresses: string[], port: number, timeout = 20_000) {
  return new Promise<{ error: DialError | undefined; socket: Socket | undefined; address: string | undefined }>(
    (done) => {
      const stop = dial({ addresses, port, timeout }, (error, socket, address) => {
        atEnd(t, () => socket?.destroy());
        done({ error, socket, address });
      });
      atEnd(t, stop);
    },
  );
}

test("the next address is tried when one refuses, and the one that answered is named", async (t) => {
  const port = await listen(t, "127.0.0.3");
  const { socket, address } = await dialing(t, ["127.0.0.1", "127.0.0.2", "127.0.0.3"], port);
  assert.deepEqual([address, socket?.remoteAddress, socket?.remotePort], ["127.0.0.3", "127.0.0.3", port]);
});

test("when all refuse, the last failure is told", async (t) => {
  const { error, socket } = await dialing(t, ["127.0.0.1", "127.0.0.2"], await freePort());
  assert.deepEqual([error?.code, socket], ["ECONNREFUSED", undefined]);
});

test("the next address is tried beside one that is silent, which is given up when the other answers", async (t) => {
  const port = await startUnanswering(t);
  const before = waitingFor(port);
  await listen(t, "127.0.0.2", port);
  const { address } = await dialing(t, ["127.0.0.1", "127.0.0.2"], port);
  assert.equal(address, "127.0.0.2");
  await eventually(() => assert.ok(waitingFor(port) <= before));
});

test("silence is a time-out", async (t) => {
  const { error } = await dialing(t, ["127.0.0.1"], await startUnanswering(t), 200);
  assert.equal(error?.code, "ETIMEDOUT");
});

test("who gives up hears nothing more, and no attempt goes on", async (t) => {
  const port = await startUnanswering(t);
  const before = waitingFor(port);
  const stop = dial({ addresses: ["127.0.0.1"], port, timeout: 20_000 }, () => assert.fail("done was called"));
  await eventually(() => assert.ok(waitingFor(port) > before));
  stop();
  await eventually(() => assert.ok(waitingFor(port) <= before));
});
