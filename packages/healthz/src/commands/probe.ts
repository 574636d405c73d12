import { createHttpCheck } from "../checks/http.ts";
import { isHttpUrl, plainHttp } from "../checks/http-spec.ts";
import { describeFailure } from "../failure.ts";

const TIMEOUT_MS = 3000;

const USAGE = `Usage: healthz probe URL

Asks once, for three seconds at most: exit status 0 when the answer is 200 to 399, else 1 with the reason on stderr.
`;

/** `healthz probe URL`: the http check once. Resolves with the exit status. */
export async function probe(args: readonly string[]): Promise<number> {
  const [url = "", ...extra] = args;
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (extra.length > 0 || !isHttpUrl(url)) {
    process.stderr.write("healthz probe: write one http:// or https:// URL, such as http://localhost:8080/healthz\n");
    return 2;
  }
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  try {
    await createHttpCheck(plainHttp(url)).run(abort.signal);
    return 0;
  } catch (error) {
    const reason = abort.signal.aborted ? `timeout: no answer within ${TIMEOUT_MS} ms` : describeFailure(error).text;
    process.stderr.write(`healthz probe: ${reason}\n`);
    return 1;
  } finally {
    clearTimeout(timer);
  }
}
