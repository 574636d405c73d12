// The part of zod that schemas are made of. A module of its own, because an image may keep it in a file beside a tool that mostly
// runs without a configuration file (docs/decisions/0064-libraries-in-bundles-of-their-own.md).
export type { core, input, output, ZodMiniNumber, ZodMiniType } from "zod/mini";
export {
  array,
  boolean,
  check,
  config,
  enum,
  gte,
  int,
  lte,
  minLength,
  NEVER,
  number,
  optional,
  pipe,
  prefault,
  record,
  regex,
  strictObject,
  string,
  transform,
  union,
  unknown,
} from "zod/mini";
