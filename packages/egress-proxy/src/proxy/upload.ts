import type { Exchange } from "../exchange.ts";
import { trailerFields } from "../http/fields.ts";
import type { RawFields } from "../http/head.ts";
import type { Malformed } from "../http/malformed.ts";
import type { UpstreamConnection } from "../upstream/upstream-connection.ts";
import type { BodySink, ClientRequest } from "./client-request.ts";

interface UploadOptions {
  /** Lower-case names of fields that trailers must not bring. */
  readonly without: ReadonlySet<string> | undefined;
  /** The body is no valid HTTP. */
  readonly refuse: (problem: Malformed) => void;
}

/** Streams a client's body to the upstream, once a connection is there: a failed connect has consumed nothing of it. */
export class Upload implements BodySink {
  readonly #exchange: Exchange;
  readonly #client: ClientRequest;
  readonly #connection: UpstreamConnection;
  readonly #options: UploadOptions;

  constructor(exchange: Exchange, client: ClientRequest, connection: UpstreamConnection, options: UploadOptions) {
    this.#exchange = exchange;
    this.#client = client;
    this.#connection = connection;
    this.#options = options;
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
    this.#connection.writer.end(trailerFields(trailers, this.#options.without));
    this.#connection.sent();
  }

  refused(problem: Malformed): void {
    this.#options.refuse(problem);
  }
}
