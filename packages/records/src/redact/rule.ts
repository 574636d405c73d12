/** What takes the place of a secret. */
export const redacted = "[redacted]";

/** Removes one kind of secret from text. */
export interface RedactionRule {
  /** Every text that holds such a secret holds one of these; none: every text has to be looked at. */
  readonly literals: readonly string[];
  /** `line` (without line ends) with each secret replaced. */
  replace(line: string): string;
}
