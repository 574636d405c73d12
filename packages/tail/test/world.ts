import {
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { silentLog } from "@outrigger/runtime/log";
import { takeCheckpoint } from "../src/checkpoint.ts";
import { drain } from "../src/drain.ts";
import type { TrackedGeneration } from "../src/generation.ts";
import { Inventory } from "../src/inventory.ts";
import { Pump } from "../src/pump.ts";
import type { Checkpoint, Chunk, Consumer, Generation } from "../src/types.ts";

/** Milliseconds. */
const grace = 5000;

/** A follower whose looks at the files, and whose clock, are moved by hand. */
class SteppedFollower implements Consumer {
  output = "";
  readonly inventory: Inventory;
  readonly #pump: Pump;
  #stall: PromiseWithResolvers<void> | undefined;
  #time = 0;

  constructor(files: string[], resume: Checkpoint | undefined) {
    const options = { events: {}, log: silentLog, rotateGrace: grace, now: () => this.#time };
    const ready = (generation: TrackedGeneration) => this.#pump.ready(generation);
    this.inventory = new Inventory({ ...options, sources: [{ files, partialFlush: 1000 }], resume, ready });
    this.#pump = new Pump({ ...options, consumer: this, inventory: this.inventory });
  }

  data(generation: Generation, chunk: Chunk): Promise<void> | undefined {
    this.output += chunk.bytes.toString();
    (generation as TrackedGeneration).committed = chunk.position();
    return this.#stall?.promise;
  }

  flush(): void {}

  end(): void {}

  async look(milliseconds: number): Promise<void> {
    this.#time += milliseconds;
    this.inventory.scan();
    this.inventory.known.lookAtAll();
    this.#pump.expire();
    const run = this.#pump.run();
    if (this.#stall === undefined) await run;
    else await setImmediate();
  }

  stall(): void {
    this.#stall ??= Promise.withResolvers();
  }

  resume(): void {
    this.#stall?.resolve();
    this.#stall = undefined;
  }

  checkpoint(): Checkpoint {
    return JSON.parse(JSON.stringify(takeCheckpoint(this.inventory.registry, this.inventory.scannedAt)));
  }

  async drain(): Promise<void> {
    this.resume();
    const run = () => this.#pump.run();
    const timeout = Number.POSITIVE_INFINITY;
    await drain({ timeout, quiet: 0, inventory: this.inventory, pump: this.#pump, run, now: () => performance.now() });
    this.inventory.close();
  }

  async kill(): Promise<void> {
    this.#pump.stop();
    this.resume();
    await this.#pump.run();
    this.inventory.close();
  }
}

/** A descriptor of a file that is not at its path any more. */
interface Old {
  readonly fd: number;
  readonly isUnlinked: boolean;
  readonly tokens: number[];
  /** The follower cannot know of it. */
  isUnknown: boolean;
  /** It was written to after it left its path. */
  isLate: boolean;
  /** When it was last written to, or left its path. */
  touchedAt: number;
}

/** One log file, its writers and its follower; every token that is written is told apart from all others. */
export class World {
  readonly #file: string;
  readonly #files: string[];
  #follower: SteppedFollower;
  #fd: number;
  /** Descriptors of renamed files that are still written to. */
  #old: Old[] = [];
  #time = 0;
  #next = 1;
  #backups = 0;
  /** Tokens by the generation of the file that they were written to. */
  #generations: number[][] = [[]];
  /** Tokens without an order: written to a file that had its successor, or in an unterminated line, which waits. */
  readonly #late = new Set<number>();
  /** Tokens since the last line end. */
  #unended: number[] = [];
  /** Tokens that nobody can have: their file was never looked at, or was cut before it was read. */
  readonly #optional = new Set<number>();
  /** Tokens that may come twice: delivered after the checkpoint from which a killed run was resumed. */
  readonly #repeatable = new Set<number>();
  /** Tokens that are in no file any more. */
  readonly #gone: number[] = [];
  #output: string[] = [];
  #saved: { checkpoint: Checkpoint; delivered: number } | undefined;
  #isSeen = false;
  #wasKilled = false;

  constructor(directory: string, inGlob: boolean) {
    this.#file = path.join(directory, "app.log");
    this.#files = [inGlob ? path.join(directory, "app*") : this.#file];
    this.#fd = openSync(this.#file, "a");
    this.#follower = new SteppedFollower(this.#files, undefined);
  }

  /** `isWhole`: the last line is ended. */
  write(count: number, isWhole: boolean): void {
    const tokens: number[] = [];
    writeSync(this.#fd, this.#tokens(count, tokens, isWhole));
    this.#generations.at(-1)!.push(...tokens);
    if (isWhole) this.#unended = [];
    else this.#unended.push(...(count > 1 ? tokens.slice(-1) : tokens));
  }

  writeLate(count: number): void {
    const old = this.#old.at(-1);
    if (old === undefined) return;
    const tokens: number[] = [];
    writeSync(old.fd, this.#tokens(count, tokens, true));
    const isTooLate = this.#time - old.touchedAt >= grace;
    old.tokens.push(...tokens);
    old.isLate = true;
    for (const token of tokens) {
      this.#late.add(token);
      if (old.isUnknown || isTooLate) this.#optional.add(token);
    }
    if (!isTooLate) old.touchedAt = this.#time;
    this.#generations.unshift(tokens);
  }

  rename(): void {
    for (const _ of this.renaming());
  }

  /** Renames step by step: between any two of them somebody may look. */
  *renaming(): Generator<void> {
    yield* this.#shift();
    renameSync(this.#file, `${this.#file}.1`);
    yield;
    this.#leave(false, false);
  }

  copyTruncate(): void {
    for (const _ of this.copyTruncating());
  }

  /** Copies and truncates step by step. */
  *copyTruncating(): Generator<void> {
    yield* this.#shift();
    copyFileSync(this.#file, `${this.#file}.1`);
    yield;
    ftruncateSync(this.#fd);
    this.#startGeneration();
  }

  /** A rewrite without a copy: what was not read is gone. */
  async truncate(): Promise<void> {
    await this.#catchUp();
    ftruncateSync(this.#fd);
    this.#gone.push(...this.#generations.at(-1)!);
    this.#startGeneration();
  }

  /** Of a file that was looked at nothing is lost; without a name, nothing tells its place among the backups. */
  unlink(): void {
    for (const token of this.#generations.at(-1)!) this.#late.add(token);
    if (!this.#isSeen) for (const token of this.#generations.at(-1)!) this.#optional.add(token);
    unlinkSync(this.#file);
    this.#leave(!this.#isSeen, true);
  }

  async look(milliseconds: number): Promise<void> {
    this.#time += milliseconds;
    await this.#follower.look(milliseconds);
    this.#isSeen = true;
  }

  /** The follower wants to look again soon. */
  get isUndecided(): boolean {
    return this.#follower.inventory.isUndecided;
  }

  /** Looks at names only, as an event makes the follower do also while it reads. */
  scan(): void {
    this.#follower.inventory.scan();
  }

  stall(): void {
    this.#follower.stall();
  }

  unstall(): void {
    this.#follower.resume();
  }

  save(): void {
    this.#saved = { checkpoint: this.#follower.checkpoint(), delivered: this.delivered().length };
  }

  async restart(): Promise<void> {
    await this.#follower.drain();
    const checkpoint = this.#follower.checkpoint();
    this.#output.push(this.#follower.output);
    this.#saved = undefined;
    await this.#begin(checkpoint);
  }

  /** Goes on from the last save. Files that are gone by then cannot be read again; what they gave was delivered. */
  async kill(): Promise<void> {
    if (this.#saved === undefined) return;
    await this.#follower.kill();
    const { checkpoint, delivered } = this.#saved;
    this.#output.push(this.#follower.output);
    for (const token of this.delivered().slice(delivered)) this.#repeatable.add(token);
    this.#wasKilled = true;
    for (const token of this.#gone) this.#optional.add(token);
    for (const old of this.#old) if (old.isUnlinked) for (const token of old.tokens) this.#optional.add(token);
    await this.#begin(checkpoint);
  }

  /** Ends everything; returns what is wrong with what was delivered. */
  async verdict(): Promise<string | undefined> {
    await this.#follower.drain();
    this.#output.push(this.#follower.output);
    for (const fd of [this.#fd, ...this.#old.map(({ fd }) => fd)]) closeSync(fd);
    const delivered = this.delivered();
    const counts = new Map<number, number>();
    for (const token of delivered) counts.set(token, (counts.get(token) ?? 0) + 1);
    for (let token = 1; token < this.#next; token++) {
      const count = counts.get(token) ?? 0;
      if (count === 0 && !this.#optional.has(token)) return `${token} is lost: ${delivered}`;
      if (count > 1 && !this.#repeatable.has(token)) return `${token} came ${count} times: ${delivered}`;
    }
    // A late write makes a file look younger than it is, and what a killed run delivered comes again.
    if (this.#wasKilled || this.#old.some(({ isLate }) => isLate)) return undefined;
    const inOrder = delivered.filter((token) => !this.#late.has(token));
    const at = inOrder.findIndex((token, index) => index > 0 && token < inOrder[index - 1]!);
    return at === -1 ? undefined : `${inOrder[at]} came after ${inOrder[at - 1]}: ${delivered}`;
  }

  async close(): Promise<void> {
    await this.#follower.kill();
  }

  /** Tokens in the order in which they came. */
  delivered(): number[] {
    const text = [...this.#output, this.#output.at(-1) === this.#follower.output ? "" : this.#follower.output].join(
      "\n",
    );
    return [...text.matchAll(/<(\d+)>/g)].map(([, digits]) => Number(digits));
  }

  async #begin(checkpoint: Checkpoint): Promise<void> {
    // What has no name cannot be found again.
    for (const old of this.#old) if (old.isUnlinked) old.isUnknown = true;
    this.#follower = new SteppedFollower(this.#files, checkpoint);
    await this.#follower.look(0);
    this.#isSeen = true;
    this.save();
  }

  async #catchUp(): Promise<void> {
    this.unstall();
    await this.look(1);
    await this.look(1);
  }

  #tokens(count: number, generation: number[], isWhole: boolean): string {
    let text = "";
    for (let index = 0; index < count; index++) {
      generation.push(this.#next);
      const isEnded = isWhole || index < count - 1;
      text += `<${String(this.#next++).padStart(6, "0")}>${isEnded ? "\n" : ""}`;
    }
    return text;
  }

  *#shift(): Generator<void> {
    for (let number = ++this.#backups; number > 1; number--) {
      const older = `${this.#file}.${number - 1}`;
      if (!existsSync(older)) continue;
      renameSync(older, `${this.#file}.${number}`);
      yield;
    }
  }

  #leave(isUnknown: boolean, isUnlinked: boolean): void {
    const tokens = this.#generations.at(-1)!;
    this.#old.push({ fd: this.#fd, isUnlinked, tokens, isUnknown, isLate: false, touchedAt: this.#time });
    this.#fd = openSync(this.#file, "a");
    this.#startGeneration();
    this.#isSeen = false;
  }

  #startGeneration(): void {
    for (const token of this.#unended) this.#late.add(token);
    this.#unended = [];
    this.#generations.push([]);
  }
}
