/** What else than log lines becomes metrics. */
import { ExpositionError, type Family } from "@outrigger/exposition/document";

export type SourceKind = "json" | "textfile" | "scrape" | "exec" | "statsd" | "process" | "probe";

/** What a source needs to know about the scrape that it is read for. */
export interface ScrapeContext {
  /** When the answer must be there at the latest, by `performance.now()`; undefined: the source's own timeout counts. */
  readonly deadline: number | undefined;
  /** The exporters that the scrape came through, this one included: a ring must end. */
  readonly via: readonly string[];
}

/** What one source gave. */
export interface Reading {
  readonly kind: SourceKind;
  /** Name, else URL without credentials, path or command. */
  readonly source: string;
  /** No samples when the source is down, unless an older copy may be shown. */
  readonly families: readonly Family[];
  /** Why it is down; undefined: it is up. */
  readonly failure?: SourceFailure | undefined;
  readonly seconds: number;
  /** Samples that were left out, by reason. */
  readonly skipped?: Readonly<Record<string, number>>;
}

/** One configured source. */
export interface Source {
  /** Readings for one scrape. Never rejects: failing is a reading. */
  read(context: ScrapeContext): Promise<Reading[]>;
  /** Begins work in the background, if there is any. */
  start?(): void;
  /** Does once, to its end, what `start` would do again and again. */
  once?(): Promise<void>;
  /** Ends it; nothing is left running. */
  stop?(): Promise<void> | void;
  /** It is configured no more: after `stop`, what it has counted goes, too. */
  forget?(): void;
}

/** Why a source could not be read: a short reason for the metric, and a sentence for the log. */
export class SourceFailure extends Error {
  override readonly name = "SourceFailure";
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Runs `work` and makes a reading of how it went. */
export async function readingOf(
  kind: SourceKind,
  source: string,
  work: () => Promise<Pick<Reading, "families" | "skipped">>,
): Promise<Reading> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  try {
    const result = await work();
    return { kind, source, ...result, seconds: seconds() };
  } catch (error) {
    return { kind, source, families: [], failure: toFailure(error), seconds: seconds() };
  }
}

/** Any error as a failure. */
export function toFailure(error: unknown): SourceFailure {
  if (error instanceof SourceFailure) return error;
  if (error instanceof ExpositionError)
    return new SourceFailure("parse", `it is no valid exposition: ${error.message}`);
  return new SourceFailure("error", error instanceof Error ? error.message : String(error));
}
