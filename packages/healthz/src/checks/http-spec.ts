import type { HttpSpec } from "./http.ts";

/** The check that a bare URL stands for. */
export function plainHttp(url: string): HttpSpec {
  return { type: "http", url, method: "GET", headers: {}, status: [[200, 399]], tls: {} };
}
