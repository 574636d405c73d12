/**
 * Heads of HTTP/1.1 messages (RFC 9112 sections 2 to 5), read by a narrow grammar: what RFC 9112 lets a recipient be
 * lenient about (bare LF, folded lines, space around names) is refused, since leniency is where two readers differ.
 * Every head taken here is taken by llhttp as well, with the same method, target and fields.
 */
import { Malformed } from "./malformed.ts";

/** A header list: names and values in turn, in order, in their spelling and repetition. */
export type RawFields = readonly string[];

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** `1.1`; any two digits are read. */
  readonly version: string;
  readonly fields: RawFields;
}

export interface ResponseHead {
  /** 100 to 999. */
  readonly status: number;
  readonly phrase: string;
  readonly version: string;
  readonly fields: RawFields;
}

/** Patterns of a first line, without its line end. */
export interface FirstLine {
  readonly whole: RegExp;
  /** Matches every beginning of one. */
  readonly beginning: RegExp;
}

const LINE_END = "\r\n";
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Bytes of the target are judged again where the target is read; here they only must not look like white space. */
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) HTTP\/(\d\.\d)$/;
const STATUS_LINE = /^HTTP\/(1\.[01]) ([1-9]\d\d)(?: (.*))?$/;
const REQUEST_BEGINNING = /^[!#$%&'*+.^_`|~0-9A-Za-z-]*(?: [\x21-\x7e]*(?: [HTP/.\d]{0,8})?)?$/;
const RESPONSE_BEGINNING = /^(?:|H|HT|HTT|HTTP|HTTP\/|HTTP\/1|HTTP\/1\.|HTTP\/1\.[01](?: .*)?)$/;
export const REQUEST: FirstLine = { whole: REQUEST_LINE, beginning: REQUEST_BEGINNING };
export const RESPONSE: FirstLine = { whole: STATUS_LINE, beginning: RESPONSE_BEGINNING };
/** Control bytes other than tab, line ends that are half of one included. */
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n/;

const FRAMING = /^(?:content-length|transfer-encoding)$/i;

const TAB = 9;
const SPACE = 32;

/**
 * @param text the head in Latin-1, from its first line to the empty line, both included.
 * @throws {Malformed}
 */
export function readRequestHead(text: string): RequestHead {
  refuseControl(text);
  const end = text.indexOf(LINE_END);
  const line = REQUEST_LINE.exec(text.slice(0, end));
  if (line === null) throw new Malformed("the first line is not METHOD TARGET HTTP/1.1");
  const [, method = "", target = "", version = ""] = line;
  return { method, target, version, fields: readFields(text, end + 2) };
}

/**
 * @param text as for {@link readRequestHead}.
 * @throws {Malformed}
 */
export function readResponseHead(text: string): ResponseHead {
  refuseControl(text);
  const end = text.indexOf(LINE_END);
  const line = STATUS_LINE.exec(text.slice(0, end));
  if (line === null) throw new Malformed("the first line is not HTTP/1.1 STATUS PHRASE");
  const [, version = "", status = "", phrase = ""] = line;
  return { status: Number(status), phrase, version, fields: readFields(text, end + 2) };
}

/**
 * Reads field lines up to the empty line.
 * @param text without control bytes.
 * @throws {Malformed}
 */
function readFields(text: string, start: number): string[] {
  const fields: string[] = [];
  for (let at = start; ; ) {
    const end = text.indexOf(LINE_END, at);
    if (end === at || end < 0) return fields;
    const colon = text.indexOf(":", at);
    const name = text.slice(at, colon < 0 || colon > end ? end : colon);
    if (colon < 0 || colon > end) throw new Malformed(`a field line without a colon: ${name.slice(0, 60)}`);
    if (!TOKEN.test(name)) throw new Malformed(`not a field name: ${name.slice(0, 60)}`);
    fields.push(name, trimmed(text, colon + 1, end));
    at = end + 2;
  }
}

/**
 * Reads the trailer section of a chunked body, the empty line included.
 * @throws {Malformed}
 */
export function readTrailers(text: string): RawFields {
  refuseControl(text);
  const fields = readFields(text, 0);
  if (fields.some((name, index) => index % 2 === 0 && FRAMING.test(name))) throw new Malformed("framing in trailers");
  return fields;
}

/** Without the white space around it; by hand, since a pattern would take quadratic time on long runs of spaces. */
function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** @throws {Malformed} for control bytes other than tab, and for line ends other than CR LF. */
export function refuseControl(text: string): void {
  if (CONTROL.test(text)) throw new Malformed("a control byte, or half of a line end");
}
