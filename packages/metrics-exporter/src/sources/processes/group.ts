/** The sums over the processes of one group. Counters go on when a process ends: what it has used stays used. */
import type { Family, Sample } from "@outrigger/exposition/document";
import type { OpenFiles } from "./open-files.ts";
import { countFiles, readFileLimit, readIo, readStatus, type Stat, ticksPerSecond } from "./proc.ts";

/** A counter that a process has; the keys are those of `counterSeries`. */
type Counters = Partial<Record<keyof typeof counterSeries, number>>;

const counterSeries = {
  user: ["namedprocess_namegroup_cpu_seconds_total", "mode", "user"],
  system: ["namedprocess_namegroup_cpu_seconds_total", "mode", "system"],
  read: ["namedprocess_namegroup_read_bytes_total"],
  written: ["namedprocess_namegroup_write_bytes_total"],
  majorFaults: ["namedprocess_namegroup_major_page_faults_total"],
  minorFaults: ["namedprocess_namegroup_minor_page_faults_total"],
  voluntary: ["namedprocess_namegroup_context_switches_total", "ctxswitchtype", "voluntary"],
  nonvoluntary: ["namedprocess_namegroup_context_switches_total", "ctxswitchtype", "nonvoluntary"],
} as const;

/** Help texts of all series, in the words of process-exporter. */
const help: Readonly<Record<string, string>> = {
  namedprocess_namegroup_num_procs: "Number of processes in this group.",
  namedprocess_namegroup_cpu_seconds_total: "CPU time of this group in seconds.",
  namedprocess_namegroup_read_bytes_total: "Bytes read from storage by this group.",
  namedprocess_namegroup_write_bytes_total: "Bytes written to storage by this group.",
  namedprocess_namegroup_major_page_faults_total: "Major page faults of this group.",
  namedprocess_namegroup_minor_page_faults_total: "Minor page faults of this group.",
  namedprocess_namegroup_context_switches_total: "Context switches of this group.",
  namedprocess_namegroup_memory_bytes: "Memory in use by this group.",
  namedprocess_namegroup_open_filedesc: "Open file descriptors of this group.",
  namedprocess_namegroup_worst_fd_ratio: "The largest ratio of open to allowed file descriptors in this group.",
  namedprocess_namegroup_num_threads: "Threads of this group.",
  namedprocess_namegroup_oldest_start_time_seconds: "Start time of the oldest process of this group, in Unix time.",
};

/** What is kept of a process from one look to the next. */
interface Known {
  readonly counters: Counters;
  /** How many files it may have open, and when that was read: it hardly ever changes after the start. */
  readonly fileLimit: number;
  readonly limitReadAt: number;
}

/** Milliseconds that a limit is believed. */
const limitAge = 30_000;

export class ProcessGroup {
  readonly #name: string;
  readonly #files: OpenFiles;
  readonly #totals: Counters = {};
  /** By PID and start time. */
  #before = new Map<string, Known>();

  constructor(name: string, files: OpenFiles) {
    this.#name = name;
    this.#files = files;
  }

  /** Brings the sums up to date and returns all samples of the group. */
  look(processes: readonly Stat[], bootTime: number): Sample[] {
    const before = this.#before;
    this.#before = new Map();
    const now = performance.now();
    const memory = { resident: 0, virtual: 0, swapped: 0 };
    const files = { known: false, open: 0, worst: 0 };
    for (const stat of processes) {
      const status = readStatus(stat.pid, this.#files);
      const io = readIo(stat.pid, this.#files);
      const counters: Counters = {
        user: stat.user / ticksPerSecond,
        system: stat.system / ticksPerSecond,
        majorFaults: stat.majorFaults,
        minorFaults: stat.minorFaults,
        ...(status && { voluntary: status.voluntary, nonvoluntary: status.nonvoluntary }),
        ...io,
      };
      const identity = `${stat.pid} ${stat.start}`;
      const known = before.get(identity);
      const isDue = known === undefined || now - known.limitReadAt > limitAge;
      const { fileLimit, limitReadAt } = isDue ? { fileLimit: readFileLimit(stat.pid), limitReadAt: now } : known;
      this.#add(counters, known?.counters);
      this.#before.set(identity, { counters, fileLimit, limitReadAt });
      for (const key of ["resident", "virtual", "swapped"] as const) memory[key] += status?.[key] ?? 0;
      const open = countFiles(stat.pid);
      if (open === undefined) continue;
      files.known = true;
      files.open += open;
      if (fileLimit > 0) files.worst = Math.max(files.worst, open / fileLimit);
    }
    const samples = [
      this.#sample("num_procs", processes.length),
      this.#sample(
        "num_threads",
        processes.reduce((sum, { threads }) => sum + threads, 0),
      ),
      ...Object.entries(memory).map(([kind, bytes]) => this.#sample("memory_bytes", bytes, ["memtype", kind])),
      ...this.#counterSamples(),
    ];
    if (files.known) {
      samples.push(this.#sample("open_filedesc", files.open), this.#sample("worst_fd_ratio", files.worst));
    }
    if (processes.length > 0) {
      const oldest = Math.min(...processes.map(({ start }) => start));
      samples.push(this.#sample("oldest_start_time_seconds", bootTime + oldest / ticksPerSecond));
    }
    return samples;
  }

  #add(counters: Counters, before: Counters = {}): void {
    for (const [name, value] of Object.entries(counters) as [keyof Counters, number][]) {
      this.#totals[name] = (this.#totals[name] ?? 0) + Math.max(0, value - (before[name] ?? 0));
    }
  }

  #counterSamples(): Sample[] {
    return (Object.keys(counterSeries) as (keyof Counters)[]).flatMap((key) => {
      const value = this.#totals[key];
      const [name, label, text] = counterSeries[key];
      const extra = label === undefined ? [] : [[label, text] as const];
      return value === undefined ? [] : [{ name, labels: [["groupname", this.#name] as const, ...extra], value }];
    });
  }

  #sample(suffix: string, value: number, ...labels: (readonly [string, string])[]): Sample {
    return { name: `namedprocess_namegroup_${suffix}`, labels: [["groupname", this.#name], ...labels], value };
  }
}

/** The families of all groups' samples. */
export function familiesOf(samples: readonly Sample[]): Family[] {
  return [...Map.groupBy(samples, ({ name }) => name)].map(([name, some]) => ({
    name,
    type: name.endsWith("_total") ? "counter" : "gauge",
    help: help[name] ?? "",
    samples: some,
  }));
}
