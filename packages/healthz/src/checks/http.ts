import { isDeepStrictEqual } from "node:util";
import { CheckFailure } from "../failure.ts";
import type { Check } from "./check.ts";
import type { TlsOptions } from "./connection.ts";
import { readBody } from "./http-body.ts";
import {
  defaultHeaders,
  exchange,
  type Header,
  type HttpRequest,
  type PreparedRequest,
  prepare,
} from "./http-exchange.ts";
import { fieldValues, type ResponseHead } from "./http-head.ts";
import { formatJsonPath, type JsonPath, valueAt } from "./json-path.ts";

export interface HttpSpec {
  type: "http";
  url: string;
  method: string;
  headers: Readonly<Record<string, { reveal(): string }>>;
  /** The statuses that are good: inclusive ranges. */
  status: readonly StatusRange[];
  body?: RegExp | undefined;
  json?: { path: JsonPath; equals: unknown } | undefined;
  tls: TlsOptions;
}

export type StatusRange = readonly [from: number, to: number];

const MOST_REDIRECTS = 10;
const MOST_BODY_BYTES = 1024 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Good when the status is expected, and so are the body and the JSON value where they are asked for. */
export function createHttpCheck(spec: HttpSpec): Check {
  const first = prepare(firstRequest(spec));
  return { run: (signal) => askHttp(spec, first, signal) };
}

async function askHttp(spec: HttpSpec, first: PreparedRequest, signal: AbortSignal): Promise<void> {
  // Whoever expects only redirects wants to see them.
  const follows = spec.status.some(([from, to]) => from <= 299 && to >= 200);
  let request = first;
  for (let redirects = 0; ; redirects += 1) {
    const asked = request;
    const next = await exchange(asked, spec.tls, signal, (head, server) => {
      const next = follows ? redirected(asked, head) : undefined;
      return next ?? judge(spec, head, () => readBody(server, asked.method, head, MOST_BODY_BYTES));
    });
    if (next === undefined) return;
    if (redirects === MOST_REDIRECTS) {
      throw new CheckFailure(
        "too many redirects",
        `stopped after ${MOST_REDIRECTS} redirects, at ${next.url.pathname}`,
      );
    }
    request = prepare(next);
  }
}

function firstRequest({ url: source, method, headers }: HttpSpec): HttpRequest {
  const url = new URL(source);
  const own = Object.entries(headers).map(([name, value]): Header => [name, value.reveal()]);
  const given = new Set(own.map(([name]) => name.toLowerCase()));
  const defaults = defaultHeaders(url).filter(([name]) => !given.has(name.toLowerCase()));
  return { url, method, headers: [...defaults, ...own] };
}

/** The request that a redirect asks for; undefined when it is none, or leads to another host and is judged itself. */
function redirected({ url: from, method, headers }: HttpRequest, head: ResponseHead): HttpRequest | undefined {
  if (!REDIRECTS.has(head.status)) return undefined;
  const [location] = fieldValues(head, "location");
  if (location === undefined) return undefined;
  if (!URL.canParse(location, from.href)) return undefined;
  const url = new URL(location, from);
  if (url.hostname !== from.hostname || !["http:", "https:"].includes(url.protocol)) return undefined;
  // RFC 9110 section 15.4: 303 becomes GET, and so, by long custom, does a POST after 301 or 302.
  const becomesGet = head.status === 303 ? method !== "HEAD" : head.status <= 302 && method === "POST";
  return { url, headers, method: becomesGet ? "GET" : method };
}

function judge(
  spec: HttpSpec,
  { status }: ResponseHead,
  readBody: () => Promise<string>,
): undefined | Promise<undefined> {
  if (!spec.status.some(([from, to]) => status >= from && status <= to)) {
    throw new CheckFailure(`status ${status}`, `status ${status}, expected ${formatStatus(spec.status)}`);
  }
  // Without a question about the body the verdict is given by now, however long the body is.
  if (spec.body === undefined && spec.json === undefined) return undefined;
  return readBody().then((body) => judgeBody(spec, body));
}

function judgeBody({ body: pattern, json }: HttpSpec, body: string): undefined {
  if (pattern !== undefined && !pattern.test(body)) {
    throw new CheckFailure("mismatch", `the body does not match ${pattern.source}`);
  }
  if (json !== undefined) judgeJson(json, body);
}

function judgeJson({ path, equals }: NonNullable<HttpSpec["json"]>, body: string): void {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch (error) {
    throw new CheckFailure("mismatch", "the body is not JSON", error);
  }
  const value = valueAt(document, path);
  if (isDeepStrictEqual(value, equals)) return;
  const got = value === undefined ? "is missing" : `is ${JSON.stringify(value)}`;
  throw new CheckFailure("mismatch", `${formatJsonPath(path)} ${got}, expected ${JSON.stringify(equals)}`);
}

function formatStatus(ranges: readonly StatusRange[]): string {
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(", ");
}
