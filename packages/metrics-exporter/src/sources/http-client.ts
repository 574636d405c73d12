/** One GET request with a deadline, for sources that are read over HTTP. */
import http from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { HttpTarget } from "./http-target.ts";
import { loadHttps } from "./https.ts";
import { SourceFailure } from "./source.ts";

export interface Fetched {
  readonly contentType: string;
  readonly body: string;
}

const maxBody = 10 * 1024 * 1024;

/**
 * Fetches a body as text.
 *
 * @throws SourceFailure with the reason `timeout`, `connect`, `status` (anything but 2xx), `too_large` (10 MiB) or `encoding`.
 */
export async function fetchText(
  target: HttpTarget,
  headers: Readonly<Record<string, string>>,
  deadline: number,
): Promise<Fetched> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), Math.max(0, deadline - performance.now()));
  try {
    const response = await request(target, headers, controller.signal);
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) {
      response.destroy();
      throw new SourceFailure("status", `${target.label} answered with status ${status}`);
    }
    const body = await readBody(response, target.label);
    return { contentType: response.headers["content-type"] ?? "", body };
  } catch (error) {
    if (controller.signal.aborted) throw new SourceFailure("timeout", `${target.label} did not answer in time`);
    if (error instanceof SourceFailure) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new SourceFailure("connect", `cannot read ${target.label}: ${code ?? message}`);
  } finally {
    clearTimeout(timer);
    // Whatever is still open after a failure is of no use to anybody.
    controller.abort();
  }
}

function request(
  target: HttpTarget,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  const { url } = target;
  const client = url.protocol === "https:" ? loadHttps() : http;
  return new Promise((resolve, reject) => {
    const outgoing = client.get(url, {
      agent: target.agent,
      signal,
      headers: {
        "accept-encoding": "gzip",
        "user-agent": "outrigger-metrics-exporter",
        ...headers,
        ...target.headers(),
      },
    });
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
  });
}

async function readBody(response: http.IncomingMessage, label: string): Promise<string> {
  const encoding = (response.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  if (!["identity", "gzip", "x-gzip"].includes(encoding)) {
    throw new SourceFailure("encoding", `${label} answered in the encoding ${encoding}, which was not asked for`);
  }
  const stream: Readable = encoding === "identity" ? response : response.pipe(createGunzip());
  // A pipe does not pass on the failure of its beginning.
  if (stream !== response) response.once("error", (error) => stream.destroy(error));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBody) throw new SourceFailure("too_large", `${label} answered with more than 10 MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
