import type { Log } from "@outrigger/runtime/log";
import { type Candidate, closeCandidate } from "./copies.ts";
import type { TrackedGeneration } from "./generation.ts";
import type { Lane, LaneHost } from "./lane.ts";
import type { Registry } from "./registry.ts";
import type { TailEvents } from "./types.ts";

interface TransitionOptions {
  readonly registry: Registry;
  readonly log: Log;
  readonly events: TailEvents;
  readonly now: () => number;
}

/** What happens to descriptors, books and counters when a lane finds out what became of its generations. */
export class Transitions {
  readonly #options: TransitionOptions;

  constructor(options: TransitionOptions) {
    this.#options = options;
  }

  of(lane: Lane): LaneHost {
    return {
      restart: (truncated) => this.#restart(truncated, lane),
      adopt: (candidate) => this.#adopt(candidate, lane),
      dismiss: (candidate) => this.#dismiss(candidate),
      recover: (truncated, copy) => this.#recover(truncated, copy),
    };
  }

  #restart(truncated: TrackedGeneration, lane: Lane): TrackedGeneration {
    const { path, file, fd, name, retiredAt } = truncated;
    this.#options.events.truncated?.(truncated.source);
    const stat = { ...truncated.stat, size: 0 };
    const successor = this.#options.registry.create({ path: path ?? file, lane, stat, fd, name });
    successor.skipsHole = true;
    successor.retiredAt = retiredAt;
    truncated.phase = "truncated";
    truncated.isResolved = false;
    truncated.caughtUp = false;
    truncated.fd = undefined;
    return successor;
  }

  #adopt({ path, stat, fd }: Candidate, lane: Lane): TrackedGeneration {
    const generation = this.#options.registry.create({ path, lane, stat, fd });
    generation.retiredAt = this.#options.now();
    generation.isIntroduced = true;
    this.#options.events.rotated?.(generation.source);
    return generation;
  }

  #dismiss(candidate: Candidate): void {
    this.#options.registry.ignoreCopy(candidate.path, candidate.fd);
    closeCandidate(candidate);
  }

  /** Leaves a truncated generation with the rest of the copy to read, and counts what nobody has any more. */
  #recover(truncated: TrackedGeneration, copy: Candidate | undefined): void {
    const { registry, events, log } = this.#options;
    truncated.isResolved = true;
    truncated.path = copy?.path;
    const known = Math.max(truncated.confirmed, truncated.offset);
    truncated.size = Math.max(copy?.size ?? 0, truncated.offset);
    if (copy !== undefined) {
      registry.ignoreCopy(copy.path, copy.fd, truncated);
      truncated.fd = copy.fd;
    }
    const bytes = known - truncated.size;
    if (bytes <= 0) return;
    events.lost?.(truncated.source, bytes);
    log.warn(`${truncated.file} was truncated before it was read to its end: ${bytes} bytes are lost`, {
      file: truncated.file,
      bytes,
    });
  }
}
