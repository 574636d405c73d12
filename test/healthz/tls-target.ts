import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { TestContext } from "node:test";
import type { TLSSocket } from "node:tls";
import { atEnd } from "../harness/at-end.ts";

/** A file of the test's own certificates; its README says how they were made. */
export const fixture = (name: string): string => path.join(import.meta.dirname, "fixtures", name);

/** The certificate that signed the server's. */
export const ca: string = fixture("ca.pem");

/** Starts an application behind TLS on a free port, for `localhost`, `app.example` and 127.0.0.1; `names` is what it was asked for. */
export async function startTlsTarget(t: TestContext): Promise<{ port: number; names: (string | false | null)[] }> {
  const names: (string | false | null)[] = [];
  const server = createServer(
    { cert: readFileSync(fixture("server.pem")), key: readFileSync(fixture("server-key.pem")) },
    (request, response) => {
      names.push((request.socket as TLSSocket & { servername: string | false }).servername);
      response.end("fine");
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => server.close());
  return { port: (server.address() as AddressInfo).port, names };
}
