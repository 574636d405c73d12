/** Putting several expositions together so that the result is one valid exposition. */
import { type Family, type FamilyType, type Labels, type Sample, seriesKey } from "./document.ts";
import { groupKey } from "./openmetrics-rules.ts";
import { suffixes } from "./parse-openmetrics.ts";
import { representable } from "./representable.ts";

/** What one source contributes. */
export interface Contribution {
  /** Names it in conflicts. */
  readonly source: string;
  readonly families: readonly Family[];
}

/** Something that was left out because another source had it first. */
export interface Conflict {
  readonly metric: string;
  readonly source: string;
}

export interface Merged {
  readonly families: readonly Family[];
  readonly conflicts: readonly Conflict[];
  /** Samples refused by source, because there were too many. */
  readonly refused: ReadonlyMap<string, number>;
}

/** A family that stands before all contributions: it can be added to, but neither changed nor replaced. */
export interface Claim {
  readonly name: string;
  readonly type: FamilyType;
  /** The groups of its series, as `groupOf` names them. */
  groups(): ReadonlySet<string>;
}

interface Draft {
  readonly family: Family;
  readonly samples: Sample[];
  /** Which contribution a group came from. */
  readonly groups: Map<string, Contribution>;
  readonly keys: Set<string>;
}

/**
 * Merges contributions in order; the first one wins. The same family of another type is dropped, and so is a series that is
 * there already or has no room (for histograms and summaries: all samples of its group, or the rest would make no sense).
 *
 * @param claims families that stand before all contributions and are not part of the result
 * @param room how many samples there may be in all
 */
export function merge(
  contributions: readonly Contribution[],
  claims: ReadonlyMap<string, Claim>,
  room: number,
): Merged {
  const drafts = new Map<string, Draft>();
  const names = new NameTable(claims.values());
  const conflicts: Conflict[] = [];
  const refused = new Map<string, number>();
  const contested = namesOfSeveral(contributions);
  const whole: Family[] = [];
  let left = room;
  for (const contribution of contributions) {
    const { source } = contribution;
    for (const family of contribution.families) {
      const claim = claims.get(family.name);
      const conflict = () => conflicts.push({ metric: family.name, source });
      if (!names.admits(family) || (claim && !representable(family))) {
        conflict();
        continue;
      }
      // As it is, the same object: whoever has its text need not write it again.
      if (!claim && !contested.has(family.name) && family.samples.length <= left && isDistinct(family.samples)) {
        left -= family.samples.length;
        whole.push(family);
        continue;
      }
      const taken = claim?.groups();
      const draft: Draft = drafts.get(family.name) ?? { family, samples: [], groups: new Map(), keys: new Set() };
      drafts.set(family.name, draft);
      const together = grouped.has(family.type);
      for (const [group, samples] of Map.groupBy(family.samples, (sample) => groupOf(family, sample))) {
        const owner = draft.groups.get(group);
        const isForeign = together && owner !== undefined && owner !== contribution;
        const fresh = taken?.has(group) || isForeign ? [] : unseen(samples, draft.keys);
        for (let lost = samples.length - fresh.length; lost > 0; lost--) conflict();
        const admitted = together && fresh.length > left ? [] : fresh.slice(0, left);
        const over = fresh.length - admitted.length;
        if (over > 0) refused.set(source, (refused.get(source) ?? 0) + over);
        if (admitted.length === 0) continue;
        left -= admitted.length;
        draft.groups.set(group, contribution);
        draft.samples.push(...admitted);
      }
    }
  }
  const families = [...whole, ...[...drafts.values()].map(({ family, samples }) => ({ ...family, samples }))];
  return { families: families.filter(({ samples }) => samples.length > 0), conflicts, refused };
}

/** The samples whose series is not among the keys yet; their keys are added. */
function unseen(samples: readonly Sample[], keys: Set<string>): Sample[] {
  return samples.filter(({ name, labels }) => {
    const { size } = keys;
    return keys.add(seriesKey(name, withoutEmpty(labels))).size > size;
  });
}

/** The families that come more than once. */
function namesOfSeveral(contributions: readonly Contribution[]): Set<string> {
  const once = new Set<string>();
  const several = new Set<string>();
  for (const { name } of contributions.flatMap(({ families }) => families)) (once.has(name) ? several : once).add(name);
  return several;
}

/** What was found out about samples that stay the same from scrape to scrape: those of text files. */
const distinct = new WeakMap<readonly Sample[], boolean>();

/** Whether no series comes twice. A parser sees to that, but for labels without a value. */
function isDistinct(samples: readonly Sample[]): boolean {
  let answer = distinct.get(samples);
  if (answer === undefined) {
    answer = new Set(samples.map(({ name, labels }) => seriesKey(name, withoutEmpty(labels)))).size === samples.length;
    distinct.set(samples, answer);
  }
  return answer;
}

/** Types whose samples make sense together only. */
const grouped: ReadonlySet<FamilyType> = new Set(["histogram", "summary", "gaugehistogram"]);

/** What a sample of a family belongs to: for a histogram, its labels without `le`. */
export function groupOf(family: Pick<Family, "name" | "type">, sample: Sample): string {
  const labels = withoutEmpty(sample.labels);
  return groupKey(baseName(family.name, family.type), family.type, { ...sample, labels });
}

/** To Prometheus a label without a value is a label that is not there. */
function withoutEmpty(labels: Labels): Labels {
  return labels.every(([, value]) => value !== "") ? labels : labels.filter(([, value]) => value !== "");
}

/** Keeps the names of samples apart: `x_count` cannot be a gauge beside the histogram `x`. */
class NameTable {
  readonly #types = new Map<string, FamilyType>();
  /** The family that each sample name belongs to. */
  readonly #owners = new Map<string, string>();

  constructor(claims: Iterable<Claim>) {
    for (const { name, type } of claims) {
      this.#types.set(name, type);
      for (const reserved of reservedNames(name, type)) this.#owners.set(reserved, name);
    }
  }

  /** Whether the family fits beside those before it; if so its names are taken. */
  admits({ name, type, samples }: Family): boolean {
    const known = this.#types.get(name);
    if (known !== undefined && known !== type) return false;
    const exposed = new Set([name, ...samples.map((sample) => sample.name)]);
    for (const one of exposed) if ((this.#owners.get(one) ?? name) !== name) return false;
    this.#types.set(name, type);
    for (const one of exposed) this.#owners.set(one, name);
    return true;
  }
}

/** All names that OpenMetrics keeps for a family, whether it has such samples or not. */
export function reservedNames(name: string, type: FamilyType): string[] {
  const base = baseName(name, type);
  return [...new Set(["", ...suffixes[type]])].map((suffix) => base + suffix);
}

function baseName(name: string, type: FamilyType): string {
  if (type === "counter") return name.replace(/_total$/, "");
  return type === "info" ? name.replace(/_info$/, "") : name;
}
