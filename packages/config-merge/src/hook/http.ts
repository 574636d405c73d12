import { systemCode } from "@outrigger/runtime/errors";

/** How long one request may take in all. */
const timeoutMs = 10_000;

/**
 * Sends an empty POST. Rejects when the answer is not 2xx or does not come within 10 s, or `signal` aborts it; the
 * message never holds the URL's query or credentials.
 */
export async function post(url: URL, signal: AbortSignal): Promise<void> {
  const { request } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  await new Promise<void>((resolve, reject) => {
    const call = request(
      url,
      { method: "POST", agent: false, signal: limit, headers: { "content-length": 0 } },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else reject(new Error(`the answer was ${status}`));
      },
    );
    call.on("error", (error) =>
      reject(new Error(limit.aborted ? "no answer in time" : (systemCode(error) ?? "no answer"))),
    );
    call.end();
  });
}
