import { fstatSync } from "node:fs";
import { isMasked, mask } from "./secrets.ts";

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

  const create = (bound: Fields | undefined): Log => {
    const at = (level: Level) => {
      if (LEVELS.indexOf(level) < threshold) return () => {};
      return (msg: string, fields: Fields = {}) =>
        write(`${format(tool, level, msg, bound ? { ...bound, ...fields } : fields)}\n`);
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
  return create(undefined);
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
  if (stderr === undefined) {
    // A closed stderr must not end the tool.
    stderr = process.stderr.on("error", () => {});
    process.on("exit", writePending);
  }
  return stderr;
}

/** The records of this turn of the event loop; undefined before the first. */
let pending: string | undefined;

/** The records of one turn leave together at its end: under load most of a write's cost is the system call. */
function writeToStderr(line: string, state: { dropped: number }): void {
  const waiting = openStderr().writableLength + (pending?.length ?? 0);
  if (waiting > MOST_PENDING_BYTES) state.dropped += 1;
  else if (pending !== undefined) pending += line;
  else {
    pending = line;
    setImmediate(writePending);
  }
}

function writePending(): void {
  const lines = pending;
  pending = undefined;
  if (lines !== undefined) stderr?.write(lines);
}

/** Resolves once stderr has taken every record, or after `milliseconds`. */
export function flushed(milliseconds: number): Promise<void> {
  writePending();
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

/**
 * Few records hold anything to mask: the finished JSON tells which, so the others are turned into it as they are. Masking is
 * value by value, since in the finished line a secret such as `true` would take the place of syntax.
 */
function formatJson(tool: string, level: Level, msg: string, fields: Fields): string {
  let json = hasObject(fields) ? undefined : JSON.stringify(fields);
  if (json === undefined || isMasked(json)) json = JSON.stringify(fields, visible);
  const head = `{"time":"${timestamp()}","level":"${level}","tool":${JSON.stringify(tool)},"msg":${oneLine(JSON.stringify(mask(msg)))}`;
  return json === "{}" ? `${head}}` : `${head},${oneLine(json).slice(1)}`;
}

/** Errors are objects without a property that JSON would show. */
function hasObject(fields: Fields): boolean {
  for (const key in fields) if (typeof fields[key] === "object") return true;
  return false;
}

function visible(_key: string, value: unknown): unknown {
  const shown = value instanceof Error ? value.message : value;
  return typeof shown === "string" ? mask(shown) : shown;
}

function formatText(tool: string, level: Level, msg: string, fields: Fields): string {
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${JSON.stringify(value, visible)}`);
  return oneLine(`${timestamp().slice(11, 23)} ${level.padEnd(5)} ${tool}: ${mask(msg)}${rest.join("")}`);
}

let millisecond = 0;
let isoTime = "";

/** The time of day, in UTC. Under load many records share a millisecond, and spelling it costs as much as a record. */
function timestamp(): string {
  const now = Date.now();
  if (now !== millisecond) {
    millisecond = now;
    isoTime = new Date(now).toISOString();
  }
  return isoTime;
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/**
 * A text with every control character and line separator escaped as in JSON: foreign text must not act on a terminal, nor look
 * like the end of the record. JSON itself allows those above U+001F (RFC 8259 section 7).
 */
function oneLine(text: string): string {
  if (!CONTROL.test(text)) return text;
  return text.replaceAll(new RegExp(CONTROL, "g"), (char) =>
    char < " " ? JSON.stringify(char).slice(1, -1) : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
