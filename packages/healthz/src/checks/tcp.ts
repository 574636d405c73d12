import { CheckFailure } from "../failure.ts";
import type { Check } from "./check.ts";
import { type Endpoint, openSocket } from "./connection.ts";

export interface TcpSpec extends Endpoint {
  type: "tcp";
}

/** Good when the connection is established; a peer that closes it at once is fine. */
export function createTcpCheck(spec: TcpSpec): Check {
  return {
    run: (signal) =>
      new Promise((resolve, reject) => {
        const socket = openSocket(spec);
        signal.addEventListener("abort", () => socket.destroy(new CheckFailure("timeout", "aborted")), { once: true });
        let failure: Error | undefined;
        socket.once("connect", () => socket.destroy());
        socket.on("error", (error) => {
          failure = error;
        });
        socket.once("close", () => (failure === undefined ? resolve() : reject(failure)));
      }),
  };
}
