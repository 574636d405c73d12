/** What cannot be judged, and so is neither allowed nor denied: answered with a 4xx status (RFC 9110 section 15.5). */
export class Refusal extends Error {
  readonly status: 400 | 405 | 408 | 414 | 431;
  /** Short code for the status line, the audit record and the metric. */
  readonly reason: string;

  /** @param hint a sentence: what is wrong, and what to send instead. */
  constructor(reason: string, hint: string, status: Refusal["status"] = 400) {
    super(hint);
    this.name = "Refusal";
    this.reason = reason;
    this.status = status;
  }
}
