import type { Socket } from "node:net";
import type { RawFields } from "./head.ts";

/** Bytes of a head, of requests and of answers. */
export const MAX_HEAD = 32 * 1024;

/** Up to this size, copying a piece into the text costs less than a second buffer in the system call. */
const SMALL = 8 * 1024;

/** Writes messages to a connection. What is written between two calls of {@link flush} leaves in one system call. */
export class MessageWriter {
  readonly #socket: Socket;
  /** Latin-1 that waits for the next flush. */
  #text = "";
  #isChunked = false;
  #isCorked = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @param head in Latin-1, its empty line included. */
  begin(head: string, isChunked: boolean): void {
    this.#text += head;
    this.#isChunked = isChunked;
  }

  piece(data: Buffer): void {
    if (data.length === 0) return;
    if (this.#isChunked) this.#text += `${data.length.toString(16)}\r\n`;
    if (data.length <= SMALL) this.#text += data.toString("latin1", 0, data.length);
    else this.#large(data);
    if (this.#isChunked) this.#text += "\r\n";
  }

  /** Ends a message; without chunks there are no trailers, and nothing to write. */
  end(trailers: RawFields): void {
    if (this.#isChunked) this.#text += `0\r\n${fieldLines(trailers)}\r\n`;
  }

  /** Whether to wait for the socket's `drain` before more is written. */
  get isFull(): boolean {
    return this.#socket.writableNeedDrain && this.#socket.writableLength > 0;
  }

  /** Hands everything on. @returns whether the system has taken it, so that the memory of pieces may be used again. */
  flush(): boolean {
    const socket = this.#socket;
    if (this.#text !== "") {
      const text = this.#text;
      this.#text = "";
      socket.write(text, "latin1");
    }
    if (this.#isCorked) {
      this.#isCorked = false;
      socket.uncork();
    }
    return socket.writableLength === 0;
  }

  #large(data: Buffer): void {
    if (this.#text !== "" || this.#isChunked) {
      if (!this.#isCorked) this.#socket.cork();
      this.#isCorked = true;
      const text = this.#text;
      this.#text = "";
      if (text !== "") this.#socket.write(text, "latin1");
    }
    this.#socket.write(data);
  }
}

/** Field lines without the empty line behind them. The fields come from a head that was read, or were checked. */
export function fieldLines(fields: RawFields): string {
  let text = "";
  for (let index = 0; index < fields.length; index += 2) text += `${fields[index]}: ${fields[index + 1]}\r\n`;
  return text;
}
