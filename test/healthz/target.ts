import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { atEnd } from "../harness/at-end.ts";

/** An application to be checked, which does what the test says and counts who asks. */
export interface Target {
  url: string;
  port: number;
  hits: number;
  /** What it answers from now on. */
  listener: RequestListener;
  close(): Promise<void>;
}

/** Starts one on a free port of the loopback; without a listener it answers 200. */
export async function startTarget(t: TestContext, listener?: RequestListener): Promise<Target> {
  const server = createServer((request, response) => {
    target.hits += 1;
    target.listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const target: Target = {
    url: `http://127.0.0.1:${port}/`,
    port,
    hits: 0,
    listener: listener ?? ((_request, response) => response.end("fine")),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  atEnd(t, () => target.close());
  return target;
}

/** A listener that answers with this status. */
export function status(code: number, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => response.writeHead(code, headers).end();
}
