/**
 * Regular expressions that users bring: JavaScript's syntax, plus `(?P<name>…)` and a leading `(?i)`, made safe.
 *
 * V8's backtracking engine is the fastest there is on ordinary input and exponential on hostile input. V8 also has
 * a linear-time engine that can take over when a match backtracks too often, but only for patterns without
 * look-around, back references and large counts. So a pattern is translated into what that engine understands, and
 * refused when it does not.
 */
import { type Effort, longTexts, shortTexts, worstCost } from "./pattern-cost.ts";
import { PatternError, refuseInLinearTime } from "./pattern-errors.ts";
import { translate } from "./pattern-translate.ts";

export { PatternError };

/** How a pattern is to be compiled. */
export interface PatternOptions {
  /** Take constructs that cannot run in linear time. The caller must then guard every match with a watchdog. */
  readonly unsafe?: boolean;
  /** JavaScript flags out of `d g i m s y`. */
  readonly flags?: string;
}

// The counter of backtracks does not see quadratic scanning, hence a low bound (2000 costs nothing on ordinary lines).
// Both flags act on patterns compiled after this point, so this module must be loaded before it compiles any.
const fallbackFlags = ["--enable-experimental-regexp-engine-on-excessive-backtracks", backtracksFlag(shortTexts)];
// The images give them on the command line, and are spared the 5 ms that node:v8 takes to load.
if (!fallbackFlags.every((flag) => process.execArgv.includes(flag))) fallbackFlags.forEach(setFlag);

function backtracksFlag({ backtracks }: Effort): string {
  return `--regexp-backtracks-before-fallback=${backtracks}`;
}

function setFlag(flag: string): void {
  process.getBuiltinModule("node:v8").setFlagsFromString(flag);
}

/**
 * Compiles a user's regular expression. In the result a dot matches every character but the line feed.
 *
 * @throws PatternError when the syntax is wrong, or when the pattern cannot be matched in linear time and `unsafe`
 *   is not set; the message names the construct.
 */
export function compilePattern(source: string, options: PatternOptions = {}): RegExp {
  const unsafe = options.unsafe ?? false;
  checkSyntax(source, options.flags ?? "");
  const translated = translate(source, options.flags ?? "", unsafe);
  if (!unsafe) {
    requireLinearEngine();
    if (!isLinear(translated.source, translated.flags)) {
      throw refuseInLinearTime(`/${source}/`, "as a whole it is too large or nested too deeply: simplify it");
    }
  }
  const pattern = new RegExp(translated.source, translated.flags);
  states.set(pattern, unsafe ? Number.POSITIVE_INFINITY : translated.states);
  return pattern;
}

const states = new WeakMap<RegExp, number>();

/** Nanoseconds that a pattern made by `compilePattern` takes for each character of a text at worst; infinite when unsafe. */
export function costOf(pattern: RegExp, effort: Effort): number {
  return worstCost(states.get(pattern) ?? Number.POSITIVE_INFINITY, effort);
}

/** The same pattern for long texts, with an earlier fallback: `pattern` must be one that the linear-time engine can take. */
export function forLongTexts({ source, flags }: RegExp): RegExp {
  setFlag(backtracksFlag(longTexts));
  try {
    // In another spelling, or V8 would find the one it has compiled already.
    const pattern = new RegExp(`(?:${source})`, flags);
    // The flag is read when a pattern is used for the first time.
    pattern.test("");
    return pattern;
  } finally {
    setFlag(backtracksFlag(shortTexts));
  }
}

/** Whether V8's linear-time engine can take over `source` (already translated) when a match backtracks too often. */
export function isLinear(source: string, flags = ""): boolean {
  setFlag("--enable-experimental-regexp-engine");
  try {
    new RegExp(source, `l${flags}`);
    return true;
  } catch {
    return false;
  } finally {
    setFlag("--no-enable-experimental-regexp-engine");
  }
}

/** Lets V8 itself judge the syntax, so that its messages speak of the pattern as the user wrote it. */
function checkSyntax(source: string, flags: string): void {
  const plain = source.replace(/^\(\?[ims]+\)/, "").replaceAll("(?P<", "(?<");
  try {
    new RegExp(plain, flags);
  } catch (error) {
    const reason = (error as Error).message.replace(/^Invalid regular expression: /, "");
    throw new PatternError(`invalid regular expression ${reason}`);
  }
}

let linearEngine: boolean | undefined;

/** A Node.js that ignores the flags would leave every pattern unguarded: better to refuse than to stall. */
function requireLinearEngine(): void {
  linearEngine ??= isLinear("a") && !isLinear("(?=a)");
  if (!linearEngine) {
    throw new PatternError(
      `Node.js ${process.version} has no linear-time regular expressions: run the Node.js that Outrigger pins`,
    );
  }
}
