import type { Exchange } from "../exchange.ts";
import { trailerFields } from "../http/fields.ts";
import type { RawFields } from "../http/head.ts";
import type { Malformed } from "../http/malformed.ts";
import type { UpstreamConnection } from "../upstream/upstream-connection.ts";
import type { BodySink, ClientRequest } from "./client-request.ts";

/** Streams a client's body to the upstream, once a connection is there: a failed connect has consumed nothing of it. */
export class Upload implements BodySink {
  readonly #exchange: Exchange;
  readonly #client: ClientRequest;
  readonly #connection: UpstreamConnection;
  readonly #refuse: (problem: Malformed) => void;

  constructor(
    exchange: Exchange,
    client: ClientRequest,
    connection: UpstreamConnection,
    refuse: (problem: Malformed) => void,
  ) {
    this.#exchange = exchange;
    this.#client = client;
    this.#connection = connection;
    this.#refuse = refuse;
  }

  piece(data: Buffer): void {
    this.#exchange.bytesIn += data.length;
    this.#connection.writer.piece(data);
  }

  flush(): boolean {
    const { writer } = this.#connection;
    const isTaken = writer.flush();
    if (writer.isFull) this.#client.isBackedUp = true;
    return isTaken;
  }

  ended(trailers: RawFields): void {
    this.#connection.writer.end(trailerFields(trailers));
    this.#connection.sent();
  }

  refused(problem: Malformed): void {
    this.#refuse(problem);
  }
}
