import { CheckFailure } from "../failure.ts";
import type { Reader } from "./conversation.ts";

/** The head of an answer: RFC 9112 sections 4 and 5. */
export interface ResponseHead {
  readonly status: number;
  /** The header lines as they came, all of them valid. */
  readonly lines: string;
}

const MOST_HEAD_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const PREFIX = Buffer.from("HTTP/1.");
const STATUS_LINE = /^HTTP\/1\.\d ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?\r?\n$/;
// A line that begins with white space goes on with the one before (section 5.2).
const LINES =
  /^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r?\n(?:[\t ][\t\x20-\x7e\x80-\xff]*\r?\n)*)*\r?\n$/;

/**
 * One head, up to and including its empty line; at most 64 KiB. A line may end with a bare line feed, as section 2.2 allows: what
 * curl and the kubelet accept of a simple server is good here too. Throws as soon as the bytes cannot be the beginning of one.
 */
export const readHead: Reader<ResponseHead> = (received) => {
  const known = Math.min(PREFIX.length, received.length);
  if (received.compare(PREFIX, 0, known, 0, known) !== 0) throw invalid("is not HTTP");
  const length = lengthOfHead(received);
  if ((length ?? received.length) > MOST_HEAD_BYTES) {
    throw new CheckFailure("headers too large", `headers too large: the head is longer than ${MOST_HEAD_BYTES} bytes`);
  }
  const statusLine = received.indexOf(LINE_FEED) + 1;
  if (statusLine === 0) return undefined;
  const [, status] = STATUS_LINE.exec(received.toString("latin1", 0, statusLine)) ?? [];
  if (status === undefined) throw invalid("has no valid status line");
  if (length === undefined) return undefined;
  const lines = received.toString("latin1", statusLine, length);
  if (!LINES.test(lines)) throw invalid("has an invalid header line");
  return { value: { status: Number(status), lines }, length };
};

/** The values of a field in their order; `name` in lower case. */
export function fieldValues({ lines }: ResponseHead, name: string): string[] {
  return lines
    .replaceAll(/\r?\n[\t ]+/g, " ")
    .split("\n")
    .filter((line) => line.length > name.length && line.slice(0, line.indexOf(":")).toLowerCase() === name)
    .map((line) => line.slice(name.length + 1).trim());
}

/** The bytes up to and including the first empty line. */
function lengthOfHead(received: Buffer): number | undefined {
  for (let end = received.indexOf(LINE_FEED); end >= 0; end = received.indexOf(LINE_FEED, end + 1)) {
    if (received[end + 1] === LINE_FEED) return end + 2;
    if (received[end + 1] === CARRIAGE_RETURN && received[end + 2] === LINE_FEED) return end + 3;
  }
  return undefined;
}

function invalid(what: string): CheckFailure {
  return new CheckFailure("invalid answer", `invalid answer: it ${what}`);
}
