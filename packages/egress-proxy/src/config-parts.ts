import { type Cidr, parseCidr } from "@outrigger/net/cidr";
import { Invalid, list, normalize, text } from "@outrigger/runtime/schema";

/** Turns a parser that throws a sentence into one whose sentence becomes a configuration problem. */
export function parsed<T>(parse: (value: string) => T): (value: string) => T {
  return (value) => {
    try {
      return parse(value);
    } catch (error) {
      throw new Invalid(error instanceof Error ? error.message : String(error));
    }
  };
}

export const cidr = (description: string) =>
  normalize(text(description, { expected: "a block of addresses such as 10.0.0.0/8" }), parsed<Cidr>(parseCidr));

export const resolvesTo = list(
  "blocks the name must resolve into; inside them the built-in list does not apply",
  cidr("a block"),
);
