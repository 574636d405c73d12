/** Options whose value is the next argument. */
const TAKES_VALUE = /^(?:--(?:config|set|allow|route|listen|mode)|-c)$/;

/**
 * Where the first argument is that is neither an option nor the value of one; `-`, for standard input, is none.
 * @returns -1 when there is none.
 */
export function positionalAt(args: readonly string[]): number {
  return args.findIndex(
    (arg, index) => (arg === "-" || !arg.startsWith("-")) && !TAKES_VALUE.test(args[index - 1] ?? ""),
  );
}
