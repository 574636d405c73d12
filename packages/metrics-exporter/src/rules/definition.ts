/** A rule as the configuration gives it, checked by type but not yet compiled. */
import type { MetricType } from "@outrigger/exposition/metric";

export type Scalar = string | number | boolean;
/** Equality as text, any of a list, or a comparison such as `">= 500"`. */
export type Condition = Scalar | readonly Scalar[];

export interface RuleDefinition {
  readonly match?: string | undefined;
  readonly regex?: string | undefined;
  readonly unsafe?: boolean | undefined;
  readonly json?: Readonly<Record<string, Condition>> | undefined;
  readonly preset?: string | undefined;
  readonly type?: MetricType | undefined;
  readonly help?: string | undefined;
  readonly labels?: readonly string[] | Readonly<Record<string, Scalar>> | undefined;
  readonly value?: string | undefined;
  readonly unit?: string | undefined;
  readonly buckets?: readonly number[] | undefined;
  readonly when?: Readonly<Record<string, Condition>> | undefined;
  /** Milliseconds. */
  readonly ttl?: number | undefined;
  readonly limit?: number | undefined;
  readonly init?: readonly Readonly<Record<string, Scalar>>[] | undefined;
  readonly map?: Readonly<Record<string, number>> | undefined;
}

/** Adds a problem at a path inside the rule. */
export type ReportProblem = (path: readonly (string | number)[], message: string) => void;
