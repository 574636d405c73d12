import { constants } from "node:os";
import { Problem } from "@outrigger/formats/problem";

/** What is told after a pass that changed an output. */
export type Hook =
  | { readonly kind: "http"; readonly url: URL }
  /** `pattern` narrows the processes by their command line. */
  | { readonly kind: "signal"; readonly signal: NodeJS.Signals; readonly pattern: RegExp | undefined };

/** Reads `http:URL`, a plain URL, or `signal:NAME[:PATTERN]`. Throws a Problem (exit status 2). */
export async function parseHook(text: string): Promise<Hook> {
  const [, kind, rest = ""] = /^(http|signal):(.*)$/s.exec(text) ?? [];
  if (kind === "signal") return parseSignal(rest);
  const url = URL.parse(kind === "http" && !rest.startsWith("//") ? rest : text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new Problem("usage", "--on-change is neither a URL nor a signal", {
      hint: "write http:URL, such as http:http://localhost:8080/reload, or signal:NAME[:PATTERN], such as signal:HUP:nginx",
    });
  }
  return { kind: "http", url };
}

async function parseSignal(text: string): Promise<Hook> {
  const [, name = "", pattern] = /^([^:]*)(?::(.*))?$/s.exec(text) as RegExpExecArray;
  const signal = `SIG${name.toUpperCase().replace(/^SIG/, "")}`;
  if (!Object.hasOwn(constants.signals, signal)) {
    throw new Problem("usage", `--on-change names no signal: ${JSON.stringify(name)}`, {
      hint: "write signal:HUP, signal:USR1, …",
    });
  }
  return { kind: "signal", signal: signal as NodeJS.Signals, pattern: await compile(pattern) };
}

async function compile(pattern: string | undefined): Promise<RegExp | undefined> {
  if (pattern === undefined || pattern === "") return undefined;
  const { compilePattern, PatternError } = await import("@outrigger/runtime/pattern");
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw new Problem("usage", `--on-change has a pattern that cannot be used: ${error.message}`, {
      hint: "write a regular expression over the command line, such as signal:HUP:nginx",
    });
  }
}
