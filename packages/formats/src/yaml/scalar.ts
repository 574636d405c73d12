/** How a scalar is written: the five styles of YAML. */
export type ScalarStyle = "plain" | "single" | "double" | "literal" | "folded";

/** The style of a scalar by its type in the syntax tree. */
export function styleOf(type: unknown): ScalarStyle {
  if (type === "QUOTE_DOUBLE") return "double";
  if (type === "QUOTE_SINGLE") return "single";
  if (type === "BLOCK_LITERAL") return "literal";
  return type === "BLOCK_FOLDED" ? "folded" : "plain";
}

/** Everything that a YAML 1.1 or 1.2 reader takes for something else than a string when it is not quoted. */
const otherTypes = [
  /^(?:~|null|y|yes|n|no|true|false|on|off)?$/i,
  /^[-+]?0b[01_]+$/i,
  /^[-+]?0x[0-9a-f_]+(?:\.[0-9a-f_]*)?(?:p[-+]?[0-9]+)?$/i,
  /^[-+]?0?o?[0-7_]+$/i,
  /^[-+]?(?:[0-9][0-9_]*)?\.?[0-9_]*(?:e[-+]?[0-9]+)?$/i,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/,
  /^[-+]?\.?(?:inf|infinity|nan)$/i,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|[Tt \t])/,
  /^(?:<<|=)$/,
];

const unprintable = /[^\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd]/;

/** Whether a string can stand without quotes and still be the same string for every reader. */
function isPlain(text: string, inFlow: boolean): boolean {
  if (unprintable.test(text) || text.trim() !== text) return false;
  if (/^[,[\]{}#&*!|>'"%@`]/.test(text) || /^[-?:](?![A-Za-z0-9/._])/.test(text) || /^(?:---|\.\.\.)/.test(text))
    return false;
  if (/: |:$| #/.test(text)) return false;
  if (inFlow && /[,[\]{}]|:(?![^\s,[\]{}])/.test(text)) return false;
  return !otherTypes.some((type) => type.test(text));
}

/** The text of a string on one line, in `preferred` style when the characters allow it. */
export function writeString(text: string, preferred: ScalarStyle, inFlow: boolean): string {
  if (preferred === "plain" && isPlain(text, inFlow)) return text;
  if (preferred === "single" && !unprintable.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return writeDouble(text);
}

function writeDouble(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * A block scalar (`|`), its lines below `indent`; undefined when the text cannot be one: unprintable characters, a
 * first line that begins with white space or is empty, or more than one line break at the end.
 */
export function writeLiteral(text: string, indent: string, eol: string): string | undefined {
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  const lines = body.split("\n");
  if (/^\s/.test(body) || body.endsWith("\n") || body === "" || lines.some((line) => unprintable.test(line)))
    return undefined;
  const header = text.endsWith("\n") ? "|" : "|-";
  return [header, ...lines.map((line) => (line === "" ? "" : indent + line))].join(eol);
}

/** The digits of a YAML number in the grammar of JSON, exact at any length; `inf`, `-inf`, `nan` for the rest. */
export function canonicalNumber(source: string, value: number): string {
  const text = source.replaceAll("_", "");
  if (/^0[xo]/i.test(text)) return BigInt(text.toLowerCase()).toString();
  const [, sign = "", whole = "", fraction, exponent = ""] =
    /^([-+]?)([0-9]*)(?:\.([0-9]*))?([eE][-+]?[0-9]+)?$/.exec(text) ?? [];
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value) && /inf/i.test(text)) return value > 0 ? "inf" : "-inf";
  if (whole === "" && (fraction ?? "") === "") return String(value);
  const digits = whole.replace(/^0+(?=[0-9])/, "") || "0";
  return (sign === "-" ? "-" : "") + digits + (fraction === undefined ? "" : `.${fraction || "0"}`) + exponent;
}

/** A number as YAML writes it. */
export function writeNumber(text: string): string {
  return /^-?(?:inf|nan)$/.test(text) ? text.replace(/inf|nan/, ".$&") : text;
}
