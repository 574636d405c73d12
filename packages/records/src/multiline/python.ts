import type { Verdict } from "./classifier.ts";
import { HoldingClassifier, longestMessage } from "./holding.ts";
import { startsWithTimestamp } from "./timestamp.ts";

const head = /^(?:\s*\+ )?(?:Exception Group )?Traceback \(most recent call last\):/;
const groupHead = /^\s*\+ /;
const groupEnd = /^\s+\+-+$/;
const groupPart = /^\s+[|+]/;
const indented = /^\s+\S/;
const blank = /^\s*$/;
const chain =
  /^(?:During handling of the above exception, another exception occurred:|The above exception was the direct cause of the following exception:)/;

type State = "outside" | "time" | "frames" | "group" | "ended" | "gap" | "chain";

/**
 * Tracebacks: indented frames up to the one line that is not indented, which names the exception. A blank line behind it
 * belongs to the trace only if the next traceback of a chain follows.
 */
class PythonClassifier extends HoldingClassifier {
  #state: State = "outside";
  #isGroupClosed = false;

  protected forget(): void {
    this.#state = "outside";
  }

  protected decide(line: string): Verdict {
    if (head.test(line)) {
      const chained = this.#state === "time" || this.#state === "chain";
      this.#state = groupHead.test(line) ? "group" : "frames";
      return chained ? "continues" : "begins";
    }
    switch (this.#state) {
      case "frames":
        if (startsWithTimestamp(line)) break;
        // A multi-line string among the source lines may be blank.
        if (!indented.test(line) && !blank.test(line)) this.#state = "ended";
        return "continues";
      case "group":
        if (groupPart.test(line)) {
          this.#isGroupClosed = groupEnd.test(line);
          return "continues";
        }
        // The second line of a message inside a group is not indented.
        if (!this.#isGroupClosed && !startsWithTimestamp(line) && this.held < longestMessage) return "maybe";
        break;
      case "ended":
        if (chain.test(line)) return this.#become("chain", "continues");
        if (blank.test(line)) return this.#become("gap", "maybe");
        break;
      case "gap":
        if (chain.test(line)) return this.#become("chain", "continues");
        break;
      case "chain":
        if (blank.test(line)) return "continues";
        break;
    }
    return this.#become(startsWithTimestamp(line) ? "time" : "outside", "begins");
  }

  #become(state: State, verdict: Verdict): Verdict {
    this.#state = state;
    return verdict;
  }
}

export const python = () => new PythonClassifier();
