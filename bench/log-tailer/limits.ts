/** What is compared with and cannot be measured here: on a busy or another machine such rows tell little. */

/** CPU in ms per 100 MB that Fluent Bit 5.1.1, which Debian does not have, took when the targets were set. */
export const fluentBit = { raw: 500, wrap: 520, json: 1290, serilog: 1410 } as const;

/** Milliseconds of CPU in `seconds` that are this part of a core. */
export function shareOfCore(percent: number, seconds: number): number {
  return percent * 10 * seconds;
}
