import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { atEnd } from "../../harness/at-end.ts";

/** Both ends of a connection on loopback, with no proxy and no upstream involved. */
export async function socketPair(t: Pick<TestContext, "after">): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  atEnd(t, () => server.close());
  await once(server, "listening");
  const far = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [near] = (await once(server, "connection")) as [Socket];
  for (const socket of [near, far]) {
    socket.on("error", () => {});
    atEnd(t, () => socket.destroy());
  }
  return { near, far };
}
