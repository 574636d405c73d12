import http from "node:http";
import { formatOf, keepRendering } from "./renderings.ts";

export interface Answer {
  status: number;
  /** The phrase of the status line. */
  phrase: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** One request on a connection of its own. */
export function request(url: string, options: http.RequestOptions & { body?: string } = {}): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const outgoing = http.request(url, { agent: false, timeout: 30_000, ...rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0, statusMessage = "", headers } = response;
        const body = Buffer.concat(chunks).toString();
        const format = formatOf(headers["content-type"]);
        if (statusCode === 200 && format !== undefined && body !== "") keepRendering(format, body);
        resolve({ status: statusCode, phrase: statusMessage, headers, body });
      });
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer from ${url} within 30 s`)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** A GET request on a connection of its own. */
export function get(url: string, options: http.RequestOptions = {}): Promise<Answer> {
  return request(url, { ...options, method: "GET" });
}
