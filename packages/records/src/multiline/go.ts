import type { Verdict } from "./classifier.ts";
import { HoldingClassifier, longestMessage } from "./holding.ts";
import { startsWithTimestamp } from "./timestamp.ts";

const head = /^(?:panic: |fatal error: |unexpected fault address |SIG[A-Z]+: )/;
const headPart = /^(?:\s+panic: |\[signal |\[recovered\]|panic: .* \[recovered)/;
const goroutine = /^(?:goroutine \d+ .*\[.*\]:|runtime stack:)$/;
const call = /^[^\s(][^\s]*\(.*\)$/;
const place = /^\s+\S+:\d+(?: \+0x[0-9a-f]+)?$/;
const part = /^(?:created by |\.\.\.(?:additional|\d+) frames? |\.\.\.additional frames elided)/;
const blank = /^\s*$/;

type State = "outside" | "time" | "head" | "stack";

/** Panics and fatal errors with the stacks of all goroutines, and a stack that a program printed itself. */
class GoClassifier extends HoldingClassifier {
  #state: State = "outside";

  protected forget(): void {
    this.#state = "outside";
  }

  protected decide(line: string): Verdict {
    if (goroutine.test(line)) {
      const belongs = this.#state !== "outside";
      this.#state = "stack";
      return belongs ? "continues" : "begins";
    }
    if (this.#state === "head" && headPart.test(line)) return "continues";
    if (head.test(line)) {
      const belongs = this.#state === "time";
      this.#state = "head";
      return belongs ? "continues" : "begins";
    }
    if (this.#state === "stack") {
      if (place.test(line) || part.test(line)) return "continues";
      // A call is told by the place on the next line, a blank line by the goroutine.
      if (call.test(line) || blank.test(line)) return this.#hold();
    }
    if (this.#state === "head" && !startsWithTimestamp(line)) return this.#hold();
    return this.#leave(line);
  }

  #hold(): Verdict {
    return this.held < longestMessage ? "maybe" : this.#leave("");
  }

  #leave(line: string): Verdict {
    this.#state = startsWithTimestamp(line) ? "time" : "outside";
    return "begins";
  }
}

export const go = () => new GoClassifier();
