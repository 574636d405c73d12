import { systemCode } from "@outrigger/runtime/errors";
import { mask } from "@outrigger/runtime/secrets";

/** Why a run failed. */
export interface Failure {
  /** The class of the error, without address, path or output: fit for everybody. */
  readonly kind: string;
  /** The whole reason, at most 512 bytes, without control characters and secrets: for loopback and the log. */
  readonly text: string;
}

/** What a check throws: the class of the failure, and the sentence with all particulars. */
export class CheckFailure extends Error {
  override readonly name = "CheckFailure";
  readonly kind: string;

  constructor(kind: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

const LONGEST_TEXT = 512;

const TLS_ERROR = "certificate or TLS error";

const KINDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  // What OpenSSL says to bytes that are not TLS.
  EPROTO: TLS_ERROR,
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ETIMEDOUT: "timeout",
  ENOENT: "not found",
  ENOTDIR: "not found",
  ENOTFOUND: "name not found",
  EAI_AGAIN: "name not resolved",
  EACCES: "permission denied",
  EPERM: "permission denied",
};

/** Turns whatever a run threw into a failure that may be stored: cleaned, masked and short. */
export function describeFailure(error: unknown): Failure {
  const kind = kindOf(error);
  const message = messageOf(error);
  return { kind, text: clean(error instanceof CheckFailure || kind === "error" ? message : `${kind}: ${message}`) };
}

/** `text` without control characters and secrets, cut to 512 bytes between characters. */
export function clean(text: string): string {
  const visible = mask(text)
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
    .trim();
  const bytes = Buffer.from(visible);
  if (bytes.length <= LONGEST_TEXT) return visible;
  // A cut inside a character leaves U+FFFD at the end.
  return bytes
    .subarray(0, LONGEST_TEXT - 3)
    .toString()
    .replace(/\uFFFD+$/, "")
    .concat("…");
}

function kindOf(error: unknown): string {
  if (error instanceof CheckFailure) return error.kind;
  const code = systemCode(error) ?? "";
  if (Object.hasOwn(KINDS, code)) return KINDS[code]!;
  if (/^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/.test(code)) return TLS_ERROR;
  return "error";
}

/** Node joins the attempts at several addresses in an `AggregateError` whose own message is empty. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? (systemCode(error) ?? error.name) : error.message;
}
