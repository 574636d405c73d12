import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { TestContext } from "node:test";
import { atEnd } from "../harness/at-end.ts";

/** A web server that a test can change as it goes. */
export interface Target {
  url: string;
  requests: IncomingMessage[];
  answer: RequestListener;
}

const text = "text/plain; version=0.0.4";
export const open = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Answers with one body. */
export function answering(body: string, type: string | undefined = text, status = 200): RequestListener {
  return (_request, response) => {
    response.writeHead(status, type === undefined ? {} : { "content-type": type }).end(body);
  };
}

/** Starts a server on a free loopback port. */
export async function startTarget(t: TestContext, answer: RequestListener): Promise<Target> {
  const target: Target = { url: "", requests: [], answer };
  const server = createServer((request, response) => {
    target.requests.push(request);
    target.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  target.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return target;
}
