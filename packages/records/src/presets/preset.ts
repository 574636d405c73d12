/**
 * A log format that is told by one pattern.
 *
 * The named groups are the fields. A name may be in several alternatives. Patterns are in the subset that V8's linear
 * engine takes: no look-around, no back references, no counts above 16.
 */
export interface PatternPreset {
  readonly kind: "pattern";
  readonly source: string;
  /** Other names of fields. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** A log format that writes JSON objects. */
export interface JsonPreset {
  readonly kind: "json";
  /** Where each field is: names of nested members; undefined: every member is a field of its name. */
  readonly fields: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A log format of `key=value` pairs; every key is a field. */
export interface LogfmtPreset {
  readonly kind: "logfmt";
}

export type Preset = PatternPreset | JsonPreset | LogfmtPreset;
