import { type AdminRequest, isLoopback, type Reply } from "@outrigger/runtime/admin";
import type { Counter, Registry } from "@outrigger/runtime/metrics";
import { chooseFormat, type Format } from "./accept.ts";
import type { Change, Health } from "./health.ts";
import { AGGREGATES, CHECK_PREFIX } from "./paths.ts";
import { type Renderer, renderBounded } from "./render/bounded.ts";
import { renderHealthJson } from "./render/health-json.ts";
import { renderJson } from "./render/json.ts";
import { renderText } from "./render/text.ts";
import { type Detail, detailFor, judge, judgeOne, type Verdict } from "./verdict.ts";

export type DetailsMode = "auto" | "always" | "never";

const RENDERERS: Readonly<Record<Exclude<Format, "text/html">, Renderer>> = {
  "application/json": renderJson,
  "text/plain": renderText,
  "application/health+json": renderHealthJson,
};

const PLAIN = "text/plain; charset=utf-8";
const CONTENT_TYPES: Readonly<Record<keyof typeof RENDERERS, string>> = {
  "application/json": "application/json",
  "text/plain": PLAIN,
  "application/health+json": "application/health+json",
};

/** The endpoints that answer for the application: from memory, without waiting for anything. */
export class Endpoints {
  readonly #health: Health;
  readonly #requests: Counter;
  #details: DetailsMode;

  constructor(health: Health, details: DetailsMode, registry: Registry) {
    this.#health = health;
    this.#details = details;
    this.#requests = registry.counter("outrigger_health_requests_total", "Answers by endpoint and status.", [
      "endpoint",
      "code",
    ]);
  }

  set details(mode: DetailsMode) {
    this.#details = mode;
  }

  /** The answer, if the path is one of these endpoints; `request.path` is decoded and has no trailing slash. */
  answer(request: AdminRequest): Reply | Promise<Reply> | undefined {
    const asked = this.#asked(request);
    if (asked === undefined) return undefined;
    const { endpoint, verdict } = asked;
    const allowed = request.method === "GET" || request.method === "HEAD";
    const status = !allowed ? 405 : verdict.ok ? 200 : 503;
    this.#requests.labels(endpoint, String(status)).inc();
    return allowed ? this.#render(request, verdict, status) : METHOD_NOT_ALLOWED;
  }

  #asked({ path, query }: AdminRequest): { endpoint: string; verdict: Verdict } | undefined {
    const word = Object.hasOwn(AGGREGATES, path) ? AGGREGATES[path] : undefined;
    if (word !== undefined) return { endpoint: word, verdict: judge(this.#health, word, query.getAll("exclude")) };
    if (!path.startsWith(CHECK_PREFIX)) return undefined;
    const check = this.#health.check(path.slice(CHECK_PREFIX.length));
    return check && { endpoint: "check", verdict: judgeOne(check) };
  }

  #render(request: AdminRequest, verdict: Verdict, status: number): Reply | Promise<Reply> {
    const detail = detailFor(this.#details, {
      ok: verdict.ok,
      verbose: request.query.has("verbose"),
      loopback: isLoopback(request.remoteAddress),
    });
    const format = chooseFormat(request.headers.accept);
    if (format === "text/html") return renderPage(verdict, detail, status, this.#health.history);
    return { status, type: CONTENT_TYPES[format], body: renderBounded(RENDERERS[format], verdict, detail) };
  }
}

/** Loaded by the first person who looks. */
async function renderPage(
  verdict: Verdict,
  detail: Detail,
  status: number,
  history: readonly Change[],
): Promise<Reply> {
  const { contentSecurityPolicy, renderHtml } = await import("./render/html.ts");
  return {
    status,
    type: "text/html; charset=utf-8",
    headers: { "Content-Security-Policy": contentSecurityPolicy() },
    body: renderBounded((...shown) => renderHtml(...shown, history), verdict, detail),
  };
}

const METHOD_NOT_ALLOWED: Reply = {
  status: 405,
  type: PLAIN,
  headers: { Allow: "GET, HEAD" },
  body: "method not allowed; use GET or HEAD\n",
};
