/** Where a value comes from. Nodes of one file share one origin and differ by their offset. */
export interface Origin {
  /** The origin for people: `file:line:col`, `env:NAME`, `file:PATH` or `set`; never the value. */
  at(offset: number): string;
  /** The value must not be shown by `--diff` and `--explain`. */
  readonly secret: boolean;
  /** The text has no type of its own and takes that of the value it replaces. */
  readonly untyped: boolean;
}

/** An origin without positions: a variable, a file of one value, an assignment. */
export function plainOrigin(description: string, options: { secret?: boolean; untyped?: boolean } = {}): Origin {
  return { at: () => description, secret: options.secret ?? false, untyped: options.untyped ?? false };
}
