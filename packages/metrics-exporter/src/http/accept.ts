/** What a client accepts beside the format of the exposition. */
import { parseAccept } from "@outrigger/runtime/negotiate";

/** Whether gzip may be used: named, or covered by `*`, with a quality above 0 (RFC 9110, section 12.5.3). */
export function acceptsGzip(header: string | undefined): boolean {
  let any = false;
  for (const item of (header ?? "").split(",")) {
    const [coding = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    const accepted = quality === undefined || Number(quality) > 0;
    if (coding === "gzip" || coding === "x-gzip") return accepted;
    if (coding === "*") any = accepted;
  }
  return any;
}

/** Whether the client is a browser: it names HTML, and no exposition format it would rather have. */
export function prefersHtml(header: string | undefined): boolean {
  let html = 0;
  let exposition = 0;
  for (const { type, quality } of parseAccept(header ?? "")) {
    if (type === "text/html") html = Math.max(html, quality);
    if (type === "text/plain" || type === "application/openmetrics-text") exposition = Math.max(exposition, quality);
  }
  return html > 0 && html > exposition;
}
