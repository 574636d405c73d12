import { connect } from "node:net";
import { lookup } from "../resolve.ts";
import type { Check } from "./check.ts";

export interface TcpSpec {
  type: "tcp";
  host: string;
  port: number;
}

/** Good when the connection is established; a peer that closes it at once is fine. */
export function createTcpCheck({ host, port }: TcpSpec): Check {
  return {
    run: (signal) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port, lookup, signal });
        let failure: Error | undefined;
        socket.once("connect", () => socket.destroy());
        socket.on("error", (error) => {
          failure = error;
        });
        socket.once("close", () => (failure === undefined ? resolve() : reject(failure)));
      }),
  };
}
