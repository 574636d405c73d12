import type { Verdict } from "./classifier.ts";
import { HoldingClassifier, longestMessage } from "./holding.ts";
import { startsWithTimestamp } from "./timestamp.ts";

/** What one language's traces look like. All patterns are against a whole line. */
export interface TraceShape {
  /** The first line of a trace. Directly behind a line with a timestamp it belongs to that line's record. */
  readonly head: RegExp;
  /** Lines that are part of a trace wherever they are found: frames, `Caused by`, … */
  readonly part: RegExp;
  /** Heads that go on with the trace when they stand directly behind one of its parts. */
  readonly next?: RegExp;
  /** Lines that are part of a trace only if a line that matches `part` follows them: a blank line before the next section. */
  readonly maybe?: RegExp;
  /** A head may be followed by more lines of its message, if a line that matches `part` follows those. */
  readonly longMessage?: boolean;
}

type State = "outside" | "time" | "head" | "inside";

/** Recognises traces that are told by single lines; `python.ts`, `go.ts` and `node.ts` need more memory than this. */
export class TraceClassifier extends HoldingClassifier {
  readonly #shape: TraceShape;
  #state: State = "outside";

  constructor(shape: TraceShape) {
    super();
    this.#shape = shape;
  }

  protected forget(): void {
    this.#state = "outside";
  }

  protected decide(line: string): Verdict {
    const { head, part, next, maybe, longMessage } = this.#shape;
    if (part.test(line) || (this.#state === "inside" && next?.test(line))) {
      this.#state = "inside";
      return "continues";
    }
    if (head.test(line)) {
      const verdict = this.#state === "time" && this.held === 0 ? "continues" : "begins";
      this.#state = "head";
      return verdict;
    }
    if (startsWithTimestamp(line)) {
      this.#state = "time";
      return "begins";
    }
    const traced = this.#state === "inside" || this.#state === "head";
    if (traced && this.held < longestMessage) {
      if (maybe?.test(line)) return "maybe";
      if (longMessage && this.#state === "head") return "maybe";
    }
    this.#state = "outside";
    return "begins";
  }
}
