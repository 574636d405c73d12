import { connect, type Socket } from "node:net";

/** A raw connection that remembers everything it received. */
export class RawClient {
  readonly socket: Socket;
  /** Settles when the connection is closed, by whom and however. */
  readonly closed: Promise<void>;
  #chunks: Buffer[] = [];
  #waiters: (() => void)[] = [];

  constructor(port: number, host = "127.0.0.1") {
    this.socket = connect({ port, host, allowHalfOpen: true });
    this.socket.setNoDelay(true);
    this.socket.on("error", () => {});
    this.socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake();
    });
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
    this.socket.once("end", () => this.socket.end());
    void this.closed.then(() => this.#wake());
  }

  /** Everything received, in Latin-1. */
  get text(): string {
    return Buffer.concat(this.#chunks).toString("latin1");
  }

  send(bytes: string | Buffer): this {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    return this;
  }

  /** Waits for text; fails when the connection closes without it, or after 20 s. */
  async until(wanted: string | RegExp): Promise<string> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      const found = typeof wanted === "string" ? this.text.includes(wanted) : wanted.test(this.text);
      if (found) return this.text;
      const rest = deadline - performance.now();
      if (this.socket.destroyed || rest <= 0) throw new Error(`no ${wanted} in ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, rest);
        this.#waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Waits for the end of the connection and returns all it brought. */
  async end(): Promise<string> {
    await this.closed;
    return this.text;
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
  }
}

/** Sends bytes on a connection of their own and returns everything up to its end. */
export async function exchange(port: number, bytes: string): Promise<string> {
  return new RawClient(port).send(bytes).end();
}

/** Sends each input on a connection of its own, and then its end, so many of them at a time, until all are closed. */
export async function sendEach(port: number, inputs: Iterable<string>, atOnce: number): Promise<void> {
  const waiting = Iterator.from(inputs);
  const send = async () => {
    for (const bytes of waiting) {
      const client = new RawClient(port).send(bytes);
      client.socket.end();
      await client.closed;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, send));
}

/** The status of the first answer. */
export function statusOf(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0);
}

/** The JSON body of the first answer. */
export function reasonOf(text: string): string | undefined {
  const body = text.slice(text.indexOf("\r\n\r\n") + 4).split("\n")[0] ?? "";
  return body.startsWith("{") ? (JSON.parse(body) as { reason: string }).reason : undefined;
}
