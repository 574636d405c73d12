import { formatAddress, lastQuad } from "@outrigger/net/address";
import { type Cidr, findBlock, parseCidr } from "@outrigger/net/cidr";
import { Invalid, list, normalize, text } from "@outrigger/runtime/schema";
import { EMBEDDING } from "./policy/address-lists.ts";
import { isUnspecifiedOrLoopback } from "./policy/guard.ts";

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
  normalize(text(description, { expected: "a block of addresses such as 10.0.0.0/8" }), parsed<Cidr>(parseBlock));

/** @throws {RangeError} also for blocks that no address is ever judged as a part of. */
function parseBlock(text: string): Cidr {
  const block = parseCidr(text);
  if (block.bits < 96 || isUnspecifiedOrLoopback(block) || !findBlock(EMBEDDING, block)) return block;
  const plain = `${formatAddress(lastQuad(block))}/${block.bits - 96}`;
  throw new RangeError(
    `"${text}" holds IPv4 addresses in a form of IPv6, which are judged as what they are: write ${plain}`,
  );
}

export const resolvesTo = list(
  "blocks the name must resolve into; inside them the built-in list does not apply",
  cidr("a block"),
);
