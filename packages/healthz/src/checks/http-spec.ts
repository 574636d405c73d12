import type { HttpSpec } from "./http.ts";

/** The check that a bare URL stands for. */
export function plainHttp(url: string): HttpSpec {
  return { type: "http", url, method: "GET", headers: {}, status: [[200, 399]], tls: {} };
}

/** Whether a text is an absolute `http` or `https` URL, with credentials that can be decoded if it has any. */
export function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
