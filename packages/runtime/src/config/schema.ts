// The vocabulary in which every tool declares its section: types, defaults, units and descriptions, once. zod does the work;
// the parser, the JSON Schema, `--help` and the reference documentation all derive from the schemas made here.

import { readFileSync } from "node:fs";
import { systemCode } from "../errors.ts";
import { compilePattern, PatternError } from "../pattern.ts";
import { Secret } from "../secrets.ts";
import { parseDuration, parseSize } from "../units.ts";
import { describe, describeAbsence, metaOf, type Otherwise } from "./meta.ts";
import * as z from "./zod.ts";

// Schemas are used once per process: compiling them costs more than it saves.
z.config({ jitless: true });

/** A schema of any kind. */
export type AnySchema = z.ZodMiniType;
/** A schema whose values, once valid, are `T`. */
export type Schema<T> = z.ZodMiniType<T>;
/** What a valid value of this schema is. */
export type Infer<S extends AnySchema> = z.output<S>;

/** A value that cannot be accepted, for use in `normalize`: the message says what to write. */
export class Invalid extends Error {
  readonly path: readonly (string | number)[];

  constructor(message: string, path: readonly (string | number)[] = []) {
    super(message);
    this.path = path;
  }
}

type Shape = Readonly<Record<string, AnySchema>>;

/** A mapping with these keys and no others. */
export function object<S extends Shape>(description: string, shape: S) {
  return describe(z.strictObject(shape), { description, expected: "a mapping" });
}

export interface MapOptions {
  /** What a key must look like. */
  key?: RegExp;
  /** The same in words. */
  keyExpected?: string;
}

/** A mapping whose keys are the user's own names. */
export function map<V extends AnySchema>(description: string, value: V, { key, keyExpected }: MapOptions = {}) {
  const names = key ? z.string().check(z.regex(key, { error: keyExpected ?? `must match ${key}` })) : z.string();
  return describe(z.record(names, value), { description, expected: "a mapping" });
}

/** A list. */
export function list<I extends AnySchema>(description: string, item: I, { min = 0 }: { min?: number } = {}) {
  const schema = z.array(item);
  const checked =
    min > 0 ? schema.check(z.minLength(min, { error: `must have at least ${min} item${min > 1 ? "s" : ""}` })) : schema;
  return describe(checked, { description, expected: "a list" });
}

export interface TextOptions {
  pattern?: RegExp;
  /** The pattern in words, as in "must be …". */
  expected?: string;
  nonEmpty?: boolean;
}

/** A string. */
export function text(description: string, { pattern, expected = "text", nonEmpty = false }: TextOptions = {}) {
  let schema = z.string();
  if (pattern) schema = schema.check(z.regex(pattern, { error: `must be ${expected}` }));
  if (nonEmpty) schema = schema.check(z.minLength(1, { error: "must not be empty" }));
  return describe(schema, { description, expected });
}

export interface Bounds {
  min?: number;
  max?: number;
}

function bounded<S extends z.ZodMiniNumber>(description: string, schema: S, noun: string, { min, max }: Bounds): S {
  const range =
    min !== undefined && max !== undefined
      ? ` from ${min} to ${max}`
      : min !== undefined
        ? ` of at least ${min}`
        : max !== undefined
          ? ` of at most ${max}`
          : "";
  const expected = noun + range;
  const checks = [];
  if (min !== undefined) checks.push(z.gte(min, { error: `must be ${expected}` }));
  if (max !== undefined) checks.push(z.lte(max, { error: `must be ${expected}` }));
  return describe(checks.length > 0 ? (schema.check(...checks) as S) : schema, { description, expected });
}

/** A whole number. */
export function integer(description: string, bounds: Bounds = {}) {
  return bounded(description, z.int(), "a whole number", bounds);
}

/** A finite number. */
export function number(description: string, bounds: Bounds = {}) {
  return bounded(description, z.number(), "a number", bounds);
}

/** `true` or `false`. */
export function flag(description: string) {
  return describe(z.boolean(), { description, expected: "true or false" });
}

/** One of these words. */
export function oneOf<const W extends readonly string[]>(description: string, words: W) {
  return describe(z.enum(words), { description, expected: `one of ${words.join(", ")}` });
}

/** A port from 0 to 65535. */
export function port(description: string) {
  return integer(description, { min: 0, max: 65_535 });
}

/** Any value at all. */
export function anything(description: string) {
  return describe(z.unknown(), { description });
}

/** One of several forms; a message speaks about the form that the given value resembles. */
export function either<const O extends readonly [AnySchema, ...AnySchema[]]>(description: string, options: O) {
  const forms = new Set(options.map((option) => metaOf(option)?.expected ?? "another form"));
  const expected = [...forms].join(", or ");
  return describe(z.union(options), { description, expected });
}

/** Marks one of the forms of `either` as short for another, which `inFull` spells out for --print-config. */
export function short<S extends AnySchema>(schema: S, inFull: (value: string) => unknown): S {
  const meta = metaOf(schema);
  return meta ? describe(schema, { ...meta, inFull }) : schema;
}

/**
 * May be left out. A default that depends on other keys is for the section's own code to fill in; `otherwise` tells it to
 * --print-config.
 */
export function optional<S extends AnySchema>(schema: S, otherwise?: Otherwise) {
  const result = z.optional(schema);
  return otherwise === undefined ? result : describeAbsence(result, otherwise);
}

/** The value used when it is left out, written as a user would write it. */
export function withDefault<S extends AnySchema>(schema: S, input: z.input<S>) {
  return z.prefault(schema, input as z.core.util.NoUndefined<z.input<S>>);
}

/** Turns a valid value into what the tool uses. `fn` may throw `Invalid`; the message gets the value's position. */
export function normalize<S extends AnySchema, T>(schema: S, fn: (value: z.output<S>) => T) {
  const transform = z.transform((value: z.output<S>, context): T => {
    try {
      return fn(value);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      context.issues.push({ code: "custom", message: error.message, input: value, path: [...error.path] });
      return z.NEVER;
    }
  });
  const result = z.pipe(schema, transform as unknown as z.ZodMiniType<T, z.output<S>>);
  const meta = metaOf(schema);
  return meta ? describe(result, meta) : result;
}

type Findings = undefined | string | [path: readonly (string | number)[], message: string][];

/** Adds a rule: `fn` returns nothing, a message, or messages with the paths they belong to. */
export function refine<S extends AnySchema>(schema: S, fn: (value: z.output<S>) => Findings): S {
  const check = z.check<z.output<S>>((context) => {
    const findings = fn(context.value);
    const all: [readonly (string | number)[], string][] =
      typeof findings === "string" ? [[[], findings]] : (findings ?? []);
    for (const [path, message] of all) {
      context.issues.push({ code: "custom", message, input: context.value, path: [...path] });
    }
  });
  const result = schema.check(check) as S;
  const meta = metaOf(schema);
  return meta ? describe(result, meta) : result;
}

const DURATION = "a duration such as 250ms, 15s, 5m or 1h";

/** A duration such as `15s`, as a number of milliseconds. */
export function duration(description: string, { min = "0s", max }: { min?: string; max?: string } = {}) {
  const least = parseDuration(min) ?? 0;
  const most = max === undefined ? Number.POSITIVE_INFINITY : (parseDuration(max) ?? 0);
  const range = max === undefined ? (least > 0 ? `, at least ${min}` : "") : `, from ${min} to ${max}`;
  const expected = DURATION + range;
  return normalize(text(description, { expected }), (value) => {
    const milliseconds = parseDuration(value);
    if (milliseconds === undefined || milliseconds < least || milliseconds > most)
      throw new Invalid(`must be ${expected}`);
    return milliseconds;
  });
}

/** A size such as `64KiB`, or a number of bytes, as a number of bytes. */
export function size(description: string, { min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds = {}) {
  const least = min > 0 ? `, at least ${min}` : "";
  const most = max < Number.MAX_SAFE_INTEGER ? `, at most ${max}` : "";
  const expected = `a size such as 64KiB, 10MB or a number of bytes${least}${most}`;
  const input = describe(z.union([z.string(), z.int()]), { description, expected });
  return normalize(input, (value) => {
    const bytes = typeof value === "number" ? value : parseSize(value);
    if (bytes === undefined || bytes < min || bytes > max) throw new Invalid(`must be ${expected}`);
    return bytes;
  });
}

/** Where to listen. */
export interface Address {
  host?: string;
  port: number;
}

/** `8080`, `:8080`, `127.0.0.1:1080` or `[::1]:1080`; no host means all addresses. */
export function listenAddress(description: string) {
  const expected = "a port, or an address such as 127.0.0.1:1080, [::1]:1080 or :1080";
  const input = describe(z.union([z.string(), z.int()]), { description, expected });
  return normalize(input, (value): Address => {
    const [, bracketed, plain, digits = ""] =
      /^(?:\[([0-9a-f:.]+)\]:|([^:[\]\s]*):)?(\d{1,5})$/i.exec(String(value)) ?? [];
    const host = bracketed ?? plain;
    if (digits === "" || Number(digits) > 65_535) throw new Invalid(`must be ${expected}`);
    return host ? { host, port: Number(digits) } : { port: Number(digits) };
  });
}

/** A regular expression of the user's, vetted so that no input can make it run for ever. */
export function regex(description: string) {
  return normalize(text(description, { expected: "a regular expression" }), (source) => {
    try {
      return compilePattern(source);
    } catch (error) {
      if (error instanceof PatternError) throw new Invalid(error.message);
      throw error;
    }
  });
}

/** A value that is never shown: literal text, `env:NAME` or `file:/path` (without its final line break). */
export function secret(description: string) {
  const schema = normalize(text(description, { expected: "text, env:NAME or file:/path" }), resolveSecret);
  return describe(schema, { description, expected: "text, env:NAME or file:/path", secret: true });
}

/** Resolves what `secret` accepts. Throws `Invalid`, which never contains the value. */
function resolveSecret(reference: string): Secret {
  const [, kind, target = ""] = /^(env|file):(.*)$/s.exec(reference) ?? [];
  if (kind === "env") {
    const value = process.env[target];
    if (value === undefined)
      throw new Invalid(`the environment variable ${target} is not set; set it or change the reference`);
    return new Secret(value, reference);
  }
  if (kind === "file") {
    try {
      return new Secret(readFileSync(target, "utf8").replace(/\r?\n$/, ""), reference);
    } catch (error) {
      throw new Invalid(
        `cannot read ${target} (${systemCode(error) ?? "error"}); mount the file or change the reference`,
      );
    }
  }
  return new Secret(reference, "the configuration");
}
