import type { Verdict } from "./classifier.ts";
import { HoldingClassifier, longestMessage } from "./holding.ts";
import { startsWithTimestamp } from "./timestamp.ts";

const head = /^(?:Uncaught |Unhandled )?(?:[A-Z]\w*)?(?:Error|Exception|Rejection)\b(?: \[\w+\])?(?::|$| \{)/;
const sourcePlace = /^(?:file:\/\/|node:|\/|[A-Z]:\\).*:\d+$/;
const frame = /^\s+at .*(?:\)|:\d+|<anonymous>|native)(?: \{)?$/;
const cause = /^\s+(?:\[(?:cause|errors|Symbol\(.*\))\]: |\.\.\. (?:\d+ lines matching|\d+ more items))/;
const version = /^Node\.js v\d/;
const opens = /[{[]$/;
const blank = /^\s*$/;

type State = "outside" | "time" | "source" | "head" | "frames" | "ended";

/**
 * Errors as `util.inspect` and the runtime print them: head, frames, and a block of properties (with causes and their
 * frames) up to the `}` in the first column. An uncaught one begins with the source line and ends with Node's version.
 */
class NodeClassifier extends HoldingClassifier {
  #state: State = "outside";
  /** Inside a property block of the error itself. */
  #block = false;

  protected forget(): void {
    this.#state = "outside";
    this.#block = false;
  }

  protected decide(line: string): Verdict {
    if (this.#block) return this.#property(line);
    if (frame.test(line) || (this.#state === "frames" && cause.test(line))) return this.#part("frames", line);
    if (head.test(line)) {
      const belongs = this.#state === "time" || this.#state === "source";
      this.#part("head", line);
      return belongs ? "continues" : "begins";
    }
    if ((this.#state === "frames" || this.#state === "ended") && version.test(line)) return this.#part("outside", "");
    if (sourcePlace.test(line)) {
      const belongs = this.#state === "time";
      this.#state = "source";
      return belongs ? "continues" : "begins";
    }
    if (startsWithTimestamp(line)) return this.#leave("time");
    if (this.#mayGoOn(line)) return "maybe";
    return this.#leave("outside");
  }

  #mayGoOn(line: string): boolean {
    // The source excerpt (the line, a caret, a blank line) is told by the head behind it, a message by its frames.
    if (this.#state === "source") return this.held < 4;
    if (this.#state === "head") return this.held < longestMessage;
    return this.held < 1 && (this.#state === "frames" || this.#state === "ended") && blank.test(line);
  }

  /** The block ends at its brace; a line that is neither indented nor blank shows that it was none. */
  #property(line: string): Verdict {
    if (line === "}" || line === "]") {
      this.#block = false;
      this.#state = "ended";
      return "continues";
    }
    if (blank.test(line) || /^\s/.test(line)) return "continues";
    this.#block = false;
    this.#state = "outside";
    return this.decide(line);
  }

  #part(state: State, line: string): Verdict {
    this.#state = state;
    this.#block = state === "frames" ? opens.test(line) : state === "head" && line.endsWith(" {");
    return "continues";
  }

  #leave(state: State): Verdict {
    this.#state = state;
    return "begins";
  }
}

export const node = () => new NodeClassifier();
