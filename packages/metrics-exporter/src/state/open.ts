/** Taking up where an earlier run ended. */
import type { MetricStore } from "@outrigger/exposition/store";
import type { Log } from "@outrigger/runtime/log";
import type { Counter } from "@outrigger/runtime/metrics";
import type { Checkpoint } from "@outrigger/tail/follow";
import { StateFile } from "./file.ts";
import { restoreInto, StateKeeper, snapshotOf } from "./keeper.ts";

const nothingRead: Checkpoint = { version: 1, savedAt: 0, entries: [] };

/**
 * Restores what is in the state file, and keeps it from then on.
 *
 * @param receive as in `restoreInto`.
 * @throws RuntimeFailure when the place can never work: better at the start than after the first crash.
 */
export async function openState(
  place: string,
  store: MetricStore,
  receive: Parameters<typeof restoreInto>[2],
  errors: Counter,
  log: Log,
): Promise<{ keeper: StateKeeper; resume: Checkpoint | undefined }> {
  const file = await StateFile.at(place);
  const saved = await file.load(log);
  if (saved) restoreInto(store, saved, receive);
  const resume = saved?.files;
  await tryOut(file, store, resume ?? nothingRead);
  return { keeper: new StateKeeper(file, store, () => resume ?? nothingRead, errors, log), resume };
}

/** Keeps the state in another place from now on. @throws RuntimeFailure */
export async function moveState(
  place: string,
  store: MetricStore,
  positions: () => Checkpoint,
  errors: Counter,
  log: Log,
): Promise<StateKeeper> {
  const file = await StateFile.at(place);
  await tryOut(file, store, positions());
  return new StateKeeper(file, store, positions, errors, log);
}

async function tryOut(file: StateFile, store: MetricStore, positions: Checkpoint): Promise<void> {
  try {
    await file.save(snapshotOf(store, positions));
  } catch (error) {
    const failure = file.permanent(error);
    if (failure) throw failure;
  }
}
