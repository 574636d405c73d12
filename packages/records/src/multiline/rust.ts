import type { Verdict } from "./classifier.ts";
import { HoldingClassifier, longestMessage } from "./holding.ts";
import { startsWithTimestamp } from "./timestamp.ts";

const panic = /^thread '.*'(?: \(\d+\))? panicked at /;
const placeOnly = /:\d+:\d+:$/;
const error = /^Error: /;
const section = /^(?:stack backtrace:|Stack backtrace:|note: |Caused by:)/;
const frame = /^\s+(?:\d+: |at )/;
const indented = /^\s+\S/;

type State = "outside" | "time" | "panic" | "message" | "error" | "inside";

/** Panics, whose message is on the line behind `panicked at FILE:` since Rust 1.73, and the reports of `anyhow`. */
class RustClassifier extends HoldingClassifier {
  #state: State = "outside";

  protected forget(): void {
    this.#state = "outside";
  }

  protected decide(line: string): Verdict {
    if (panic.test(line)) return this.#head(placeOnly.test(line) ? "panic" : "message");
    if (this.#state === "panic") {
      this.#state = "message";
      return "continues";
    }
    if (this.#state === "message" || this.#state === "error" || this.#state === "inside") {
      if (section.test(line) || (this.#state === "inside" && (frame.test(line) || indented.test(line)))) {
        this.#state = "inside";
        return "continues";
      }
    }
    if (error.test(line)) return this.#head("error");
    if (startsWithTimestamp(line)) {
      this.#state = "time";
      return "begins";
    }
    const open = this.#state !== "outside" && this.#state !== "time";
    if (open && this.held < longestMessage && (line.trim() === "" || this.#state === "message")) return "maybe";
    this.#state = "outside";
    return "begins";
  }

  #head(state: State): Verdict {
    const verdict = this.#state === "time" ? "continues" : "begins";
    this.#state = state;
    return verdict;
  }
}

export const rust = () => new RustClassifier();
