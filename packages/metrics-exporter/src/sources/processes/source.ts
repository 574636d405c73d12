/** The application's processes, seen through a shared PID namespace. */
import type { Log } from "@outrigger/runtime/log";
import type { Gauge, Registry } from "@outrigger/runtime/metrics";
import { type Reading, readingOf, type Source, SourceFailure } from "../source.ts";
import { familiesOf, ProcessGroup } from "./group.ts";
import { OpenFiles } from "./open-files.ts";
import { listPids, readBootTime, readCommandLine, readStat, type Stat } from "./proc.ts";

export interface ProcessConfig {
  readonly name: string;
  /** Over the command line. */
  readonly match: RegExp;
}

const advice = `the pod's processes cannot be seen; add to the pod's specification:
spec:
  shareProcessNamespace: true`;

/** Shows whether there is anything to see; 0 in a container on its own. */
export function namespaceGauge(registry: Registry): Gauge {
  return registry.gauge(
    "outrigger_metrics_process_namespace_shared",
    "1 when processes of other containers can be seen, else 0.",
  );
}

export class ProcessesSource implements Source {
  readonly #configs: readonly ProcessConfig[];
  readonly #shared: Gauge;
  readonly #log: Log;
  readonly #groups: Map<string, ProcessGroup>;
  readonly #bootTime = readBootTime();
  readonly #files = new OpenFiles();
  /** Which group a process belongs to, by PID, start time and program. */
  #memberships = new Map<string, string | undefined>();
  #warned = false;

  constructor(configs: readonly ProcessConfig[], shared: Gauge, log: Log) {
    this.#configs = configs;
    this.#shared = shared;
    this.#log = log;
    this.#groups = new Map(configs.map(({ name }) => [name, new ProcessGroup(name, this.#files)]));
  }

  async read(): Promise<Reading[]> {
    return [await readingOf("process", "/proc", async () => ({ families: this.#look() }))];
  }

  stop(): void {
    this.#files.keepOnly(new Set());
  }

  #look() {
    if (this.#bootTime === 0) throw new SourceFailure("read", "/proc cannot be read: there are no processes to see");
    const all = listPids().flatMap((pid) => readStat(pid, this.#files) ?? []);
    this.#files.keepOnly(new Set(all.map(({ pid }) => pid)));
    this.#noteNamespace(all);
    const before = this.#memberships;
    this.#memberships = new Map();
    const members = Map.groupBy(all, (stat) => {
      const identity = `${stat.pid} ${stat.start} ${stat.name}`;
      const name = before.has(identity) ? before.get(identity) : this.#groupOf(stat.pid);
      this.#memberships.set(identity, name);
      return name;
    });
    return familiesOf(
      [...this.#groups].flatMap(([name, group]) => group.look(members.get(name) ?? [], this.#bootTime)),
    );
  }

  /** The first rule that matches wins; the tool itself never matches. */
  #groupOf(pid: number): string | undefined {
    if (pid === process.pid) return undefined;
    const commandLine = readCommandLine(pid);
    if (commandLine === "") return undefined;
    return this.#configs.find(({ match }) => match.test(commandLine))?.name;
  }

  #noteNamespace(all: readonly Stat[]): void {
    const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
    const ancestors = new Set(lineage(process.pid, parents));
    const shared = all.some(({ pid }) => !ancestors.has(pid) && !lineage(pid, parents).includes(process.pid));
    this.#shared.set(shared ? 1 : 0);
    if (!shared && !this.#warned) this.#log.warn(advice);
    this.#warned ||= !shared;
  }
}

/** A process and those that it descends from. */
function lineage(pid: number, parents: ReadonlyMap<number, number>): number[] {
  const pids: number[] = [];
  for (let at: number | undefined = pid; at; at = parents.get(at)) pids.push(at);
  return pids;
}
