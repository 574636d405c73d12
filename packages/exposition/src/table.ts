/** The series of one metric by their label values: bounded, expiring, and folding what is too much into one series. */
import type { Series, Snapshot } from "./series.ts";

/** How many series all metrics together may have. Shared by every table of a store. */
export interface Budget {
  limit: number;
  used: number;
}

/** What a table needs to know; all of it may change on a reload. */
export interface TableLimits {
  /** Most series of this metric, the overflow series not counted. */
  series: number;
  /** Milliseconds without an event after which a series is removed; 0: never. */
  ttl: number;
}

/** Makes a series; `undefined` labels mean the overflow series. */
export type MakeSeries<S> = (labels: readonly string[] | undefined, fresh: boolean) => S;

type Branch<S> = Map<string, Branch<S> | S>;

interface Tombstone {
  readonly snapshot: Snapshot;
  readonly fresh: boolean;
}

/** Series by label values. */
export class SeriesTable<S extends Series> {
  /** All series in order of creation. */
  all: S[] = [];
  overflow: S | undefined;
  /** Events that went to the overflow series. */
  overflowed = 0;
  /** Series removed by `ttl`. */
  expired = 0;
  #limits: TableLimits;
  readonly #depth: number;
  readonly #make: MakeSeries<S>;
  readonly #budget: Budget;
  /** Whether values outlive expiry, so that a counter resumes where it was. */
  readonly #resumes: boolean;
  readonly #now: () => number;
  #root: Branch<S> = new Map();
  #tombstones = new Map<string, Tombstone>();
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor(
    labels: number,
    make: MakeSeries<S>,
    budget: Budget,
    limits: TableLimits,
    resumes: boolean,
    now: () => number,
  ) {
    this.#depth = labels;
    this.#make = make;
    this.#budget = budget;
    this.#limits = limits;
    this.#resumes = resumes;
    this.#now = now;
  }

  get limits(): TableLimits {
    return this.#limits;
  }

  /** Other limits from now on. The time to live of series that had none begins now. */
  set limits(limits: TableLimits) {
    if (this.#limits.ttl === 0) for (const series of this.all) series.touched = this.#now();
    this.#limits = limits;
    this.#nextExpiry = 0;
  }

  /** The series of these label values, made if need be; the overflow series when there is no room for it. */
  get(values: readonly string[]): S {
    let node: Branch<S> | S | undefined = this.#root;
    for (let index = 0; index < this.#depth; index++) {
      node = (node as Branch<S>).get(values[index] as string);
      if (node === undefined) return this.#touch(this.#create(values));
    }
    return this.#depth === 0 ? this.#touch(this.all[0] ?? this.#create(values)) : this.#touch(node as S);
  }

  /** Makes a series that counts as shown already: `init`, and what comes back from the state file. */
  born(values: readonly string[], snapshot?: Snapshot, touched?: number): void {
    const series = this.get(values);
    series.fresh = false;
    if (snapshot !== undefined) series.restore(snapshot);
    if (touched === undefined || touched >= series.touched) return;
    series.touched = touched;
    this.#nextExpiry = Math.min(this.#nextExpiry, touched + this.#limits.ttl);
  }

  /** Remembers a series that has expired and was shown before that; one that is there goes on where it ended. */
  bury(labels: readonly string[], snapshot: Snapshot): void {
    const there = this.all.find((series) => labels.every((label, index) => series.labels[index] === label));
    if (there) there.restore(snapshot);
    else this.#remember(labels, { snapshot, fresh: false });
  }

  /** The series that have expired, with their values. */
  buried(): (readonly [labels: readonly string[], snapshot: Snapshot])[] {
    return [...this.#tombstones].map(([key, { snapshot }]) => [JSON.parse(key) as string[], snapshot] as const);
  }

  /** Puts the overflow series back with its value. */
  bornOverflow(snapshot: Snapshot): void {
    this.#overflowSeries().restore(snapshot);
    this.#overflowSeries().fresh = false;
  }

  /** Removes what has expired. */
  sweep(): void {
    const { ttl } = this.#limits;
    const now = this.#now();
    if (ttl === 0 || now < this.#nextExpiry) return;
    const kept: S[] = [];
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const series of this.all) {
      const expiry = series.touched + ttl;
      if (expiry <= now) this.#expire(series);
      else {
        kept.push(series);
        this.#nextExpiry = Math.min(this.#nextExpiry, expiry);
      }
    }
    this.all = kept;
  }

  /** Gives the places of all series back to the budget; the table is done with. */
  release(): void {
    this.#budget.used -= this.all.length;
    this.all = [];
    this.#root = new Map();
  }

  #touch(series: S): S {
    if (this.#limits.ttl > 0) {
      series.touched = this.#now();
      this.#nextExpiry = Math.min(this.#nextExpiry, series.touched + this.#limits.ttl);
    }
    return series;
  }

  #create(values: readonly string[]): S {
    // A slice of a log line would keep the whole chunk of the file in memory, and lone surrogates cannot be written
    // as UTF-8: one copy through UTF-8 mends both. The mended label set may exist already.
    const labels = values.map((value) => Buffer.from(value).toString());
    if (labels.some((label, index) => label !== values[index])) return this.get(labels);
    this.sweep();
    if (this.all.length >= this.#limits.series || this.#budget.used >= this.#budget.limit) {
      this.overflowed++;
      return this.#overflowSeries();
    }
    return this.#insert(labels);
  }

  #insert(labels: readonly string[]): S {
    const tombstone = this.#takeTombstone(labels);
    const series = this.#make(labels, tombstone?.fresh ?? this.#depth > 0);
    if (tombstone) series.restore(tombstone.snapshot);
    this.all.push(series);
    this.#budget.used++;
    let branch = this.#root;
    for (const label of labels.slice(0, -1)) {
      let next = branch.get(label) as Branch<S> | undefined;
      if (next === undefined) {
        next = new Map();
        branch.set(label, next);
      }
      branch = next;
    }
    if (labels.length > 0) branch.set(labels.at(-1) as string, series);
    return series;
  }

  #overflowSeries(): S {
    this.overflow ??= this.#make(undefined, true);
    return this.overflow;
  }

  #expire(series: S): void {
    this.expired++;
    this.#budget.used--;
    removeBranch(this.#root, series.labels, 0);
    if (this.#resumes) this.#remember(series.labels, { snapshot: series.snapshot(), fresh: series.fresh });
  }

  #remember(labels: readonly string[], tombstone: Tombstone): void {
    this.#tombstones.set(JSON.stringify(labels), tombstone);
    // Bounded like the series themselves: the oldest are forgotten, and would start again from 0 if they came back.
    if (this.#tombstones.size > this.#limits.series) {
      this.#tombstones.delete(this.#tombstones.keys().next().value as string);
    }
  }

  #takeTombstone(labels: readonly string[]): Tombstone | undefined {
    if (this.#tombstones.size === 0) return undefined;
    const key = JSON.stringify(labels);
    const tombstone = this.#tombstones.get(key);
    this.#tombstones.delete(key);
    return tombstone;
  }
}

/** Takes a path out of the tree, with the branches that it leaves empty. */
function removeBranch<S>(branch: Branch<S>, labels: readonly string[], depth: number): void {
  const label = labels[depth];
  if (label === undefined) return;
  if (depth < labels.length - 1) {
    const next = branch.get(label) as Branch<S>;
    removeBranch(next, labels, depth + 1);
    if (next.size > 0) return;
  }
  branch.delete(label);
}
