import type { Classifier, Verdict } from "./classifier.ts";

/** A classifier that may have to see what follows: it counts the lines that are held for it. */
export abstract class HoldingClassifier implements Classifier {
  /** Lines judged `maybe` since the last certain one. */
  protected held = 0;

  reset(): void {
    this.held = 0;
    this.forget();
  }

  judge(line: string): Verdict {
    const verdict = this.decide(line);
    this.held = verdict === "maybe" ? this.held + 1 : 0;
    return verdict;
  }

  /** Judges one more line. */
  protected abstract decide(line: string): Verdict;

  /** The next line stands alone. */
  protected abstract forget(): void;
}

/** Lines of a message that are held at most, in the hope of a trace behind them. */
export const longestMessage = 64;
