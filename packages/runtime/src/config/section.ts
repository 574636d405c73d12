import type { Schema } from "./schema.ts";

/** The sections of the configuration file, in its customary order. */
export const SECTION_KEYS = ["logs", "health", "metrics", "egress", "config"] as const;
export type SectionKey = (typeof SECTION_KEYS)[number];

/** Adds a problem at a path inside the section. */
export type Report = (path: readonly (string | number)[], message: string) => void;

/** The part of the configuration file that one tool reads. */
export interface Section<T> {
  key: SectionKey;
  schema: Schema<T>;
  /**
   * Rules across keys, and defaults that come from other sections. `root` is the whole document as written, not validated.
   * Called only when the section itself is valid; may return another value.
   */
  complete?(value: T, root: Readonly<Record<string, unknown>>, report: Report): T;
  /** What is valid but may not do what its author thinks, as sentences for `--check`. */
  warnings?(value: T): string[];
}
