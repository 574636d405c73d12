import { CriJoiner } from "@outrigger/records/cri";
import { readCri } from "@outrigger/records/cri-line";
import { LineJoiner } from "@outrigger/records/joiner";
import { LineCutter, type Lines } from "@outrigger/records/lines";
import { classifierOf } from "@outrigger/records/multiline";
import { parserOf } from "@outrigger/records/parse";
import type { Parse } from "@outrigger/records/record";
import type { Redactor } from "@outrigger/records/redact";
import { TimeReader } from "@outrigger/records/time";
import type { Generation } from "@outrigger/tail/follow";
import type { RecordSettings } from "../record-keys.ts";
import { type Format, PlainFormat, RenderedFormat } from "./format.ts";
import { labelOf } from "./label.ts";
import { binaryRaw, decoded, decodedRaw, type LineText } from "./line-text.ts";

const lineFeed = 0x0a;

/** What a stream of records tells about its work. */
export interface RecordEvents {
  lines(count: number): void;
  longLine(): void;
  parseError(): void;
}

/** Takes the text of finished records, in order; `isError`: of the levels that go elsewhere. */
export type TakeText = (text: string, isError: boolean) => void;

/** Lines are worked on in pieces of about this many bytes, and handed on in such of characters: what is young dies young. */
const pieceSize = 32 * 1024;

/** What happens to the lines of one generation between reading and writing. */
export class RecordStream {
  readonly encoding: Format["encoding"];
  readonly #settings: RecordSettings;
  readonly #events: RecordEvents;
  readonly #redactor: Redactor | undefined;
  readonly #cutter: LineCutter;
  readonly #lineText: LineText;
  readonly #cri: CriJoiner | undefined;
  readonly #joiner: LineJoiner | undefined;
  readonly #parse: Parse | undefined;
  readonly #format: Format;
  readonly #take: TakeText;
  #normal = "";
  #errors = "";

  /** @param atStart the first bytes pushed are the first of the file. */
  constructor(
    settings: RecordSettings,
    generation: Generation,
    redactor: Redactor | undefined,
    events: RecordEvents,
    atStart: boolean,
    take: TakeText,
  ) {
    const { output, multiline, maxLine, onLongLine } = settings;
    const { name, file, encoding } = generation;
    const isRaw = output === "raw" || output === "prefix";
    const isBinary = isRaw && encoding === "utf-8";
    this.#settings = settings;
    this.#events = events;
    this.#redactor = redactor;
    this.#take = take;
    this.#lineText = isBinary ? binaryRaw : isRaw ? decodedRaw : decoded;
    const onLong = () => events.longLine();
    // Raw lines that nobody parses have no limit.
    const limits = isRaw && settings.parse === undefined ? {} : { maxLine, onLongLine, onLong };
    this.#cutter = new LineCutter({ encoding, raw: isRaw, atStart, ...limits });
    if (settings.parse !== undefined) {
      this.#parse = parserOf(settings.parse, new TimeReader(settings.time));
    }
    if (settings.parse === "cri" && !isRaw) {
      this.#cri = new CriJoiner({ ...limits, emit: (line, length) => this.#line(line, length) });
    }
    if (multiline !== undefined) {
      this.#joiner = new LineJoiner({
        classifier: classifierOf(multiline.rule),
        maxLines: multiline.maxLines,
        maxSize: maxLine,
        emit: (lines) => this.#record(lines),
      });
    }
    this.#format = isRaw
      ? new PlainFormat(output === "prefix" ? labelOf(name) : "", isBinary)
      : new RenderedFormat(output, { source: name, file }, this.#parse);
    this.encoding = this.#format.encoding;
  }

  /** A record is in progress that ends when nothing comes for a while. */
  get open(): boolean {
    return (this.#joiner?.open ?? false) || (this.#cri?.open ?? false);
  }

  /** Bytes of the file that were pushed and are not part of anything written. */
  get pending(): number {
    return this.#cutter.pending + (this.#cri?.pending ?? 0) + (this.#joiner?.pending ?? 0);
  }

  /** Bytes pushed behind the last line that has ended. */
  get unfinished(): number {
    return this.#cutter.pending;
  }

  push(bytes: Buffer): void {
    for (let from = 0; from < bytes.length; ) {
      const end = bytes.lastIndexOf(lineFeed, from + pieceSize) + 1;
      const to = bytes.length - from <= pieceSize ? bytes.length : end > from ? end : from + pieceSize;
      this.#cut(this.#cutter.push(bytes.subarray(from, to)));
      this.#give();
      from = to;
    }
  }

  /** The line in progress ends although its line end is missing. */
  endLine(): void {
    this.#cut(this.#cutter.flush(false));
    this.#give();
  }

  /** The line end that was missing was found, and is not going to be pushed. */
  lineEnded(): void {
    this.#cutter.lineEnded();
  }

  /** The record in progress ends. */
  endRecord(): void {
    this.#cri?.flush();
    this.#joiner?.flush();
    this.#give();
  }

  /** The file has ended. */
  end(): void {
    this.#cut(this.#cutter.flush(true));
    this.endRecord();
  }

  #cut(cut: Lines): void {
    if (this.#takeBlock(cut)) return;
    const all = cut.lines;
    if (all.length === 0) return;
    this.#events.lines(all.length);
    const lines = this.#redacted(all);
    if (this.#cri === undefined && this.#joiner === undefined) {
      if (this.#parse === undefined) this.#normal += this.#format.lines(lines);
      else for (const line of lines) this.#record([line]);
      return;
    }
    const lengths = cut.lengths();
    for (const [index, line] of lines.entries()) {
      if (this.#cri !== undefined) this.#cri.push(line, lengths[index]!);
      else this.#line(line, lengths[index]!);
    }
  }

  /** True: the lines are records as they are, and did not have to be cut apart. */
  #takeBlock({ text }: Lines): boolean {
    const isPlain = this.#parse === undefined && this.#cri === undefined && this.#joiner === undefined;
    if (!isPlain || text === undefined || !(this.#redactor?.clean(text) ?? true)) return false;
    const block = this.#format.block(text);
    if (block === undefined) return false;
    this.#events.lines(block.count);
    this.#normal += block.text;
    return true;
  }

  #redacted(lines: readonly string[]): readonly string[] {
    const redactor = this.#redactor;
    if (redactor === undefined || redactor.clean(lines.join("\n"))) return lines;
    return lines.map((line) => this.#lineText.redact(line, redactor));
  }

  #line(line: string, length: number): void {
    if (this.#joiner === undefined) this.#record([line]);
    else this.#joiner.push(line, length, this.#message(this.#lineText.text(line)));
  }

  #record(lines: readonly string[]): void {
    const parsed = this.#parse?.(this.#lineText.text(lines[0]!));
    if (this.#parse !== undefined && parsed === undefined) this.#events.parseError();
    const whole = lines.length === 1 ? lines : [lines[0]!, ...lines.slice(1).map((line) => this.#continuation(line))];
    const { stream } = this.#settings;
    const level = parsed?.level;
    const text = this.#format.record(whole, parsed);
    if (typeof stream === "object" && level !== undefined && (stream.stderr as readonly string[]).includes(level)) {
      this.#errors += text;
    } else {
      this.#normal += text;
    }
    if (this.#normal.length + this.#errors.length >= pieceSize) this.#give();
  }

  /** In a rendered record a container runtime's header stands once. */
  #continuation(line: string): string {
    return this.#format instanceof RenderedFormat ? this.#message(line) : line;
  }

  #message(line: string): string {
    return this.#settings.parse === "cri" ? (readCri(line)?.message ?? line) : line;
  }

  #give(): void {
    if (this.#normal !== "") this.#take(this.#normal, false);
    if (this.#errors !== "") this.#take(this.#errors, true);
    this.#normal = "";
    this.#errors = "";
  }
}
