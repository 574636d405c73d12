// Whatever our reader takes for a message, llhttp takes for the same one: nobody behind us may read it differently.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, METHODS, Server } from "node:http";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { mutateText, pick, type Random, seededRandom } from "../../../test/egress-proxy/support/mutate.ts";
import { BodyReader } from "../src/http/body-reader.ts";
import { REQUEST, readRequestHead } from "../src/http/head.ts";
import { HeadReader } from "../src/http/head-reader.ts";
import { Malformed } from "../src/http/malformed.ts";
import { checkHead } from "../src/proxy/head-check.ts";
import { Refusal } from "../src/refusal.ts";
import { parseAbsoluteForm } from "../src/target.ts";

const INPUTS = 20_000;

interface Message {
  method: string;
  target: string;
  fields: readonly string[];
  content: string;
  trailers: readonly string[];
}

const seeds = [
  "GET http://a.test/b?c HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
  "POST http://a.test/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
  "PUT http://a.test/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX: y\r\n\r\n",
  "DELETE http://a.test/ HTTP/1.0\r\nConnection: keep-alive, x\r\nX: \xe9\r\n\r\n",
];
const fragments = [
  ..."\r\n \t:;,\0\x0b\x7f\x80\xff/@#\"'{}|\\^`",
  "\r\n",
  "\r\n\r\n",
  "\r\n ",
  " HTTP/1.1",
  "Host: b\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: 05\r\n",
  "Content-Length:6\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding : chunked\r\n",
  "Transfer-Encoding:\tChunked\t\r\n",
  "0\r\n\r\n",
  "0000000005\r\n",
  "00",
];

/** Reads one message, in pieces of random size; undefined when it is refused or incomplete. */
function read(text: string, random: Random): Message | undefined {
  const heads = new HeadReader({ limit: 32 * 1024, firstLine: REQUEST });
  let head: ReturnType<typeof readRequestHead> | undefined;
  let body: BodyReader | undefined;
  let content = "";
  try {
    for (let at = 0; at < text.length; ) {
      const piece = Buffer.from(text.slice(at, at + 1 + random(80)), "latin1");
      let end = 0;
      if (body === undefined) {
        end = heads.push(piece, 0);
        if (end >= 0) {
          head = readRequestHead(heads.text);
          parseAbsoluteForm(head.target);
          const framing = checkHead(head);
          const length = head.fields.find((_, index) => head?.fields[index - 1]?.toLowerCase() === "content-length");
          body = new BodyReader(framing, Number(length ?? 0));
        } else end = piece.length;
      } else {
        end = body.push(piece, 0, (data) => {
          content += data.toString("latin1");
        });
      }
      at += end;
      if (head && body?.isDone) return { ...head, content, trailers: body.trailers };
    }
  } catch (error) {
    if (error instanceof Malformed || error instanceof Refusal) return undefined;
    throw error;
  }
  return undefined;
}

class OneWay extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

test(`${INPUTS} mutated requests: what is taken is the same request to llhttp`, async () => {
  const random = seededRandom();
  let found: ((message: IncomingMessage | Error) => void) | undefined;
  const server = new Server({ requireHostHeader: false }, (request) => found?.(request));
  server.on("checkExpectation", (request) => found?.(request));
  server.on("checkContinue", (request) => found?.(request));
  server.on("clientError", (error) => found?.(error));
  let taken = 0;
  for (let count = 0; count < INPUTS; count++) {
    const seed = pick(random, seeds);
    const text = count < seeds.length ? (seeds[count] ?? "") : mutateText(random, seed, fragments);
    const ours = read(text, random);
    // llhttp knows a list of methods, and no tab behind `chunked`; both are harmless, since framing is written anew.
    if (ours === undefined || !METHODS.includes(ours.method) || /chunked\t/i.test(text)) continue;
    taken++;
    const socket = new OneWay();
    const arrival = new Promise<IncomingMessage | Error>((resolve) => {
      found = resolve;
      setTimeout(resolve, 2000, new Error("it waits for more")).unref();
    });
    server.emit("connection", socket);
    socket.push(Buffer.from(text, "latin1"));
    const request = await arrival;
    assert.ok(!(request instanceof Error), `llhttp refuses ${JSON.stringify(text)}: ${request}`);
    let content = "";
    request.on("data", (chunk: Buffer) => {
      content += chunk.toString("latin1");
    });
    await once(request, "end", { signal: AbortSignal.timeout(2000) }).catch(() =>
      assert.fail(`no end of ${JSON.stringify(text)}`),
    );
    const theirs = {
      method: request.method,
      target: request.url,
      fields: request.rawHeaders,
      content,
      trailers: request.rawTrailers,
    };
    const { method, target, fields, trailers } = ours;
    assert.deepEqual({ method, target, fields, content: ours.content, trailers }, theirs, JSON.stringify(text));
    socket.destroy();
  }
  assert.ok(taken > INPUTS / 20, `only ${taken} were taken: the mutations are too wild to prove anything`);
});
