import { CheckFailure } from "../failure.ts";
import type { Check } from "./check.ts";
import { readBody } from "./http-body.ts";
import { defaultHeaders, exchange, prepare } from "./http-exchange.ts";
import { samplesOf } from "./metric-text.ts";

export interface MetricSpec {
  type: "metric";
  url: string;
  /** The exact name of the series. */
  name: string;
  min?: number | undefined;
  max?: number | undefined;
}

const MOST_BYTES = 16 * 1024 * 1024;
const ACCEPT = "text/plain;version=0.0.4";

/** Good when there are series of that name and every one lies within the bounds. */
export function createMetricCheck(spec: MetricSpec): Check {
  const url = new URL(spec.url);
  const request = prepare({ url, method: "GET", headers: defaultHeaders(url, ACCEPT) });
  return {
    async run(signal) {
      const exposition = await exchange(request, {}, signal, (head, server) => {
        if (head.status !== 200) throw new CheckFailure(`status ${head.status}`, `status ${head.status}, expected 200`);
        return readBody(server, request.method, head, MOST_BYTES);
      });
      judge(spec, samplesOf(spec.name, exposition));
    },
  };
}

function judge(
  { name, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: MetricSpec,
  samples: { series: string; value: number }[],
): void {
  if (samples.length === 0) throw new CheckFailure("not found", `there is no series ${name}`);
  // NaN is within no bounds.
  const bad = samples.find(({ value }) => !(value >= min && value <= max));
  if (bad === undefined) return;
  const bounds = [
    ...(min === Number.NEGATIVE_INFINITY ? [] : [`at least ${min}`]),
    ...(max === Number.POSITIVE_INFINITY ? [] : [`at most ${max}`]),
  ];
  throw new CheckFailure("mismatch", `${bad.series} is ${bad.value}, expected ${bounds.join(" and ") || "a number"}`);
}
