import { type Cidr, parseCidr } from "@outrigger/net/cidr";

/**
 * Refused in every mode: this machine, its links, cloud metadata services, and IPv6 forms that carry an IPv4 address
 * to a translator or tunnel. `::/96`, `::ffff:0:0/96` and `::ffff:0:0:0/96` are missing on purpose: an address in them
 * is judged as the IPv4 address in its last 32 bits (`::` and `::1` apart, which embed nothing).
 */
export const BUILT_IN: readonly Cidr[] = [
  "0.0.0.0/8", // "this network": Linux connects 0.0.0.0 to itself
  "127.0.0.0/8",
  "169.254.0.0/16", // link-local, and most metadata services
  "192.0.0.0/24", // RFC 6890; Oracle Cloud metadata is 192.0.0.192
  "224.0.0.0/4",
  "240.0.0.0/4",
  "100.100.100.200/32", // Alibaba Cloud metadata
  "168.63.129.16/32", // Azure wire server
  "64:ff9b::/96", // NAT64
  "64:ff9b:1::/48", // NAT64, RFC 8215
  "2001::/32", // Teredo
  "2002::/16", // 6to4
  "::/128",
  "::1/128",
  "fe80::/10",
  "fec0::/10", // site-local, deprecated but still routed by some
  "ff00::/8",
  "fd00:ec2::/32", // AWS metadata over IPv6
].map(parseCidr);

/** Refused for names of public form: a public name that resolves here is a mistake or DNS rebinding. */
export const PRIVATE: readonly Cidr[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "198.18.0.0/15",
  "192.0.2.0/24",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "192.88.99.0/24",
  "fc00::/7",
  "2001:db8::/32",
  "100::/64",
].map(parseCidr);

/** Metadata services that have a name, with the address it stands for: refused by name, whatever that resolves to. */
export const METADATA_NAMES: ReadonlyMap<string, string> = new Map([["metadata.google.internal", "169.254.169.254"]]);

/** IPv6 blocks whose last 32 bits are the address that is really reached (RFC 4291 section 2.5.5, RFC 2765). */
export const EMBEDDING: readonly Cidr[] = ["::/96", "::ffff:0:0/96", "::ffff:0:0:0/96"].map(parseCidr);

/** IPv6 blocks that lead to a translator or relay, with the word at which the IPv4 address behind it starts. */
export const CARRIERS: readonly { block: Cidr; quadAt: number }[] = [
  { block: parseCidr("64:ff9b::/96"), quadAt: 6 },
  { block: parseCidr("64:ff9b:1::/48"), quadAt: 6 },
  { block: parseCidr("2002::/16"), quadAt: 1 },
];

const LOCAL_SUFFIXES = [".svc", ".local", ".internal"];

/** Whether a name looks like one of the public DNS: it has a dot and no suffix of a private domain. */
export function isPublicForm(name: string): boolean {
  return name.includes(".") && !LOCAL_SUFFIXES.some((suffix) => name.endsWith(suffix));
}
