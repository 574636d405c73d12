import { type Address, parseAddress } from "./address.ts";

/** Names of a hosts file (lower case) with their addresses, in file order. */
export type Hosts = ReadonlyMap<string, readonly Address[]>;

/** Reads the text of a hosts file (hosts(5)). Lines that start with no address, or a zoned one, are skipped. */
export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, Address[]>();
  for (const line of text.split("\n")) {
    const [first, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    const address = parseAddress(first ?? "");
    if (address === undefined) continue;
    for (const name of names) {
      const key = name.toLowerCase();
      const known = hosts.get(key);
      if (known) known.push(address);
      else hosts.set(key, [address]);
    }
  }
  return hosts;
}
