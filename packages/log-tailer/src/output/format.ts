import type { Parse, ParsedRecord } from "@outrigger/records/record";
import { type RecordOutput, rendererOf } from "@outrigger/records/render";
import type { Labels, RenderedBlock, Renderer } from "@outrigger/records/renderer";

/** Writes the records of one generation; all results end with a newline. */
export interface Format {
  /** How the results become bytes: text, or a character for each byte. */
  readonly encoding: "utf8" | "latin1";
  /** Records of one line each that are not parsed. */
  lines(lines: readonly string[]): string;
  /** The same for lines with `\n` between them; undefined when they have to be cut apart. */
  block(lines: string): RenderedBlock | undefined;
  /** A record of one or more lines; `parsed` is what its first line says, or undefined. */
  record(lines: readonly string[], parsed: ParsedRecord | undefined): string;
}

/** JSON, logfmt, or a layout of the user's. */
export class RenderedFormat implements Format {
  readonly encoding = "utf8";
  readonly #renderer: Renderer;
  readonly #isParsed: boolean;

  /** @param parse undefined: records are not to be parsed, so it is no failure that they are not. */
  constructor(output: RecordOutput, labels: Labels, parse: Parse | undefined) {
    this.#renderer = rendererOf(output, labels);
    this.#isParsed = parse !== undefined;
  }

  lines(lines: readonly string[]): string {
    return this.#renderer.texts(lines);
  }

  block(lines: string): RenderedBlock | undefined {
    return this.#renderer.block?.(lines);
  }

  record(lines: readonly string[], parsed: ParsedRecord | undefined): string {
    if (parsed === undefined) {
      const text = lines.join("\n");
      return this.#isParsed ? this.#renderer.unparsed(text) : this.#renderer.texts([text]);
    }
    if (lines.length > 1) {
      parsed.message = [parsed.message, ...lines.slice(1)].join("\n");
      parsed.messageJson = undefined;
    }
    return this.#renderer.record(parsed);
  }
}

/** Lines as they are, perhaps each behind `[name] `. */
export class PlainFormat implements Format {
  readonly encoding: "utf8" | "latin1";
  readonly #prefix: string;

  /** @param isBinary lines have a character for each byte. */
  constructor(prefix: string, isBinary: boolean) {
    this.encoding = isBinary ? "latin1" : "utf8";
    this.#prefix = isBinary ? Buffer.from(prefix).toString("latin1") : prefix;
  }

  lines(lines: readonly string[]): string {
    if (lines.length === 0) return "";
    return `${this.#prefix}${lines.join(`\n${this.#prefix}`)}\n`;
  }

  block(): undefined {}

  record(lines: readonly string[]): string {
    return this.lines(lines);
  }
}
