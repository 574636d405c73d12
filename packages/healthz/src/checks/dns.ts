import { CheckFailure } from "../failure.ts";
import { resolveHost } from "../resolve.ts";
import type { Check } from "./check.ts";

export interface DnsSpec {
  type: "dns";
  name: string;
}

/** Good when the name resolves by the system's rules: hosts file, search list and all. */
export function createDnsCheck({ name }: DnsSpec): Check {
  return {
    // The look-up itself cannot be aborted; it is shared, so the next run joins it.
    run: (signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(new CheckFailure("timeout", "aborted")), { once: true });
        resolveHost(name).then(() => resolve(), reject);
      }),
  };
}
