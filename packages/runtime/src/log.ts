import { fstatSync } from "node:fs";
import { mask } from "./secrets.ts";

export type Level = "debug" | "info" | "warn" | "error";
export type Fields = Readonly<Record<string, unknown>>;

/** A tool's own log: structured lines on stderr. */
export interface Log {
  debug(msg: string, fields?: Fields): void;
  info(msg: string, fields?: Fields): void;
  warn(msg: string, fields?: Fields): void;
  error(msg: string, fields?: Fields): void;
  /** A log that adds these fields to every record. */
  child(fields: Fields): Log;
  /** Records lost so far because nobody reads stderr. */
  readonly dropped: number;
}

export interface LogOptions {
  level?: Level;
  format?: "json" | "text";
  /** Takes one finished line; the default writes to stderr. */
  write?: (line: string) => void;
}

/** The device number of `/dev/null` on Linux (major 1, minor 3). */
const NULL_DEVICE = 0x103;

const LEVELS: readonly Level[] = ["debug", "info", "warn", "error"];

// With a blocked reader records pile up in memory; past this much they are dropped and counted.
const MOST_PENDING_BYTES = 1024 * 1024;

/** What `OUTRIGGER_LOG_LEVEL` and `OUTRIGGER_LOG_FORMAT` ask for, and what is wrong with them. */
export function logOptionsFrom(environment: NodeJS.ProcessEnv): { options: LogOptions; problems: string[] } {
  const options: LogOptions = {};
  const problems: string[] = [];
  const { OUTRIGGER_LOG_LEVEL: level, OUTRIGGER_LOG_FORMAT: format } = environment;
  if (LEVELS.includes(level as Level)) options.level = level as Level;
  else if (level) problems.push(`OUTRIGGER_LOG_LEVEL must be one of ${LEVELS.join(", ")}, not "${level}"`);
  if (format === "json" || format === "text") options.format = format;
  else if (format) problems.push(`OUTRIGGER_LOG_FORMAT must be json or text, not "${format}"`);
  return { options, problems };
}

/**
 * A log whose records are one JSON object per line (`time`, `level`, `tool`, `msg`, then the fields), or readable text on a
 * terminal. Registered secrets are masked. Writing never blocks: past 1 MiB that stderr does not take, records are dropped.
 */
export function createLog(tool: string, options: LogOptions = {}): Log {
  const threshold = LEVELS.indexOf(options.level ?? "info");
  const format = (options.format ?? (onTerminal() ? "text" : "json")) === "json" ? formatJson : formatText;
  const state = { dropped: 0 };
  const write = options.write ?? ((line: string) => writeToStderr(line, state));

  const create = (bound: Fields): Log => {
    const at = (level: Level) => {
      if (LEVELS.indexOf(level) < threshold) return () => {};
      return (msg: string, fields: Fields = {}) => write(`${format(tool, level, { msg, ...bound, ...fields })}\n`);
    };
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      child: (fields) => create({ ...bound, ...fields }),
      get dropped() {
        return state.dropped;
      },
    };
  };
  return create({});
}

/** A log that says nothing, for tests of parts that want one. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
  dropped: 0,
};

let stderr: NodeJS.WriteStream | undefined;

/** Making the stream costs several milliseconds: most short runs log nothing. */
function openStderr(): NodeJS.WriteStream {
  // A closed stderr must not end the tool.
  stderr ??= process.stderr.on("error", () => {});
  return stderr;
}

/** Records behind the first of this turn of the event loop, which leave together; undefined before the first. */
let following: string | undefined;

/** The first record of a turn is written at once; under load most of a write's cost is the system call. */
function writeToStderr(line: string, state: { dropped: number }): void {
  const stream = openStderr();
  if (stream.writableLength + (following?.length ?? 0) > MOST_PENDING_BYTES) state.dropped += 1;
  else if (following !== undefined) following += line;
  else {
    following = "";
    setImmediate(writeFollowing);
    stream.write(line);
  }
}

function writeFollowing(): void {
  const lines = following;
  following = undefined;
  if (lines) stderr?.write(lines);
}

/** Resolves once stderr has taken every record, or after `milliseconds`. */
export function flushed(milliseconds: number): Promise<void> {
  writeFollowing();
  const stream = stderr;
  if (stream === undefined || stream.writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once("drain", resolve);
    setTimeout(resolve, milliseconds);
  });
}

/** Whether people read stderr. Asking the descriptor first spares most runs the stream. */
function onTerminal(): boolean {
  try {
    const stat = fstatSync(2);
    return stat.isCharacterDevice() && stat.rdev !== NULL_DEVICE && openStderr().isTTY;
  } catch {
    return false;
  }
}

/** What is written of one event; a copy that a format may change. */
interface LogRecord {
  msg: string;
  [field: string]: unknown;
}

/**
 * Masks value by value: in the finished line a secret such as `true` would take the place of syntax. Strings are masked here,
 * since a function that `JSON.stringify` calls for each value costs more; it is for values that have values of their own.
 */
function formatJson(tool: string, level: Level, record: LogRecord): string {
  let replacer: typeof visible | undefined;
  for (const key in record) {
    const value = record[key];
    if (typeof value === "string") record[key] = mask(value);
    else if (typeof value === "object") replacer = visible;
  }
  const head = `{"time":"${new Date().toISOString()}","level":"${level}","tool":${JSON.stringify(tool)}`;
  return `${head},${JSON.stringify(record, replacer).slice(1)}`;
}

function visible(_key: string, value: unknown): unknown {
  const shown = value instanceof Error ? value.message : value;
  return typeof shown === "string" ? mask(shown) : shown;
}

function formatText(tool: string, level: Level, { msg, ...fields }: LogRecord): string {
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${JSON.stringify(value, visible)}`);
  return `${new Date().toISOString().slice(11, 23)} ${level.padEnd(5)} ${tool}: ${oneLine(mask(msg))}${rest.join("")}`;
}

/** Control characters of foreign text must not reach a terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) => JSON.stringify(char).slice(1, -1));
}
