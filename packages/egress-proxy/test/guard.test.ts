import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, parseAddress } from "@outrigger/net/address";
import { parseCidr } from "@outrigger/net/cidr";
import { parseAuthority } from "../src/authority.ts";
import { type Grant, Guard } from "../src/policy/guard.ts";

const plain: Grant = { spellsHost: true, resolvesTo: [] };

function judge(
  host: string,
  address: string,
  { grant = plain, deny = [] as string[], allow = [] as string[] } = {},
): string {
  const guard = new Guard({
    deny: deny.map(parseCidr),
    allow: allow.map(parseCidr),
    isOwn: (_address, port) => port === 1080,
  });
  const { permitted, refused } = guard.judge(parseAuthority(host, 80), [parseAddress(address)!], [grant]);
  return permitted.length > 0 ? "permitted" : refused[0]!.reason;
}

const into = (...blocks: string[]): Grant => ({ spellsHost: true, resolvesTo: blocks.map(parseCidr) });

const rows: [string, string, string, Parameters<typeof judge>[2], string][] = [
  ["a public address", "a.test", "93.184.216.34", {}, "permitted"],
  ["a public IPv6 address", "a.test", "2606:2800:220:1::1", {}, "permitted"],
  ["a private address for a short name", "db", "10.0.0.1", {}, "permitted"],
  ["a private address for a cluster name", "db.default.svc.cluster.local", "10.0.0.1", {}, "permitted"],
  ["a private address for a .svc name", "db.default.svc", "10.0.0.1", {}, "permitted"],
  ["a private address for a .local name", "db.local", "10.0.0.1", {}, "permitted"],
  ["a private address for an .internal name", "db.corp.internal", "10.0.0.1", {}, "permitted"],
  ["a private address for a public name", "db.example.com", "10.0.0.1", {}, "address_private"],
  ["a private address for a public name of two labels", "example.com", "10.0.0.1", {}, "address_private"],
  ["a private address for a name with .svc inside", "db.svc.example.com", "10.0.0.1", {}, "address_private"],
  ["loopback for a short name", "db", "127.0.0.1", {}, "address_prohibited"],
  ["loopback for localhost", "localhost", "127.0.0.1", {}, "permitted"],
  ["loopback for a name below localhost", "a.localhost", "127.0.0.1", {}, "address_prohibited"],
  ["a literal of a rule", "127.0.0.1", "127.0.0.1", {}, "permitted"],
  ["a metadata literal of a rule", "169.254.169.254", "169.254.169.254", {}, "permitted"],
  [
    "an unlisted literal",
    "127.0.0.1",
    "127.0.0.1",
    { grant: { spellsHost: false, resolvesTo: [] } },
    "address_prohibited",
  ],
  [
    "an unlisted private literal",
    "10.0.0.1",
    "10.0.0.1",
    { grant: { spellsHost: false, resolvesTo: [] } },
    "permitted",
  ],
  ["resolvesTo exempts", "a.test", "127.0.0.1", { grant: into("127.0.0.0/8") }, "permitted"],
  ["resolvesTo restricts", "a.test", "93.184.216.34", { grant: into("127.0.0.0/8") }, "address_not_in_resolvesTo"],
  [
    "resolvesTo reads a mapped address as what it reaches",
    "a.test",
    "::ffff:127.0.0.1",
    { grant: into("127.0.0.0/8") },
    "permitted",
  ],
  [
    "resolvesTo does not follow an address into a tunnel",
    "a.test",
    "2002:7f00:1::",
    { grant: into("127.0.0.0/8") },
    "address_not_in_resolvesTo",
  ],
  [
    "resolvesTo does not follow an address to a translator",
    "a.test",
    "64:ff9b::7f00:1",
    { grant: into("127.0.0.0/8") },
    "address_not_in_resolvesTo",
  ],
  ["resolvesTo with IPv6 loopback", "a.test", "::1", { grant: into("::1/128") }, "permitted"],
  [
    "guard.deny wins over resolvesTo",
    "a.test",
    "127.0.0.1",
    { grant: into("127.0.0.0/8"), deny: ["127.0.0.1"] },
    "address_denied",
  ],
  ["guard.deny wins over a literal", "1.2.3.4", "1.2.3.4", { deny: ["1.2.0.0/16"] }, "address_denied"],
  ["guard.deny sees through a mapped address", "a.test", "::ffff:1.2.3.4", { deny: ["1.2.0.0/16"] }, "address_denied"],
  ["guard.allow lifts", "a.test", "127.0.0.1", { allow: ["127.0.0.0/8"] }, "permitted"],
  ["guard.allow lifts private blocks too", "a.test", "10.0.0.1", { allow: ["10.0.0.0/8"] }, "permitted"],
  [
    "guard.allow of NAT64 still judges what is behind it",
    "a.test",
    "64:ff9b::7f00:1",
    { allow: ["64:ff9b::/96"] },
    "address_prohibited",
  ],
  [
    "guard.allow of NAT64 opens it for public addresses",
    "a.test",
    "64:ff9b::5db8:d822",
    { allow: ["64:ff9b::/96"] },
    "permitted",
  ],
  ...["64:ff9b:1::7f00:1", "2002:7f00:1::", "2606::5efe:7f00:1", "2606::200:5efe:7f00:1"].map(
    (address): (typeof rows)[number] => [
      "guard.allow of all of IPv6 still judges an IPv4 address within",
      "a.test",
      address,
      { allow: ["::/0"] },
      "address_prohibited",
    ],
  ),
  ...["64:ff9b::1.2.3.4", "64:ff9b:1::1.2.3.4", "2002:102:304::", "2606::5efe:1.2.3.4", "::1.2.3.4"].map(
    (address): (typeof rows)[number] => [
      "guard.deny sees through every form",
      "a.test",
      address,
      { allow: ["::/0"], deny: ["1.2.3.4"] },
      "address_denied",
    ],
  ),
  ["a mapped public address is that address", "a.test", "::ffff:93.184.216.34", {}, "permitted"],
  ["ISATAP with a private address behind a public name", "a.example.com", "2606::5efe:10.0.0.1", {}, "address_private"],
  ["an own port", "a.test:1080", "93.184.216.34", {}, "proxy_loop"],
];
for (const [name, host, address, options, expected] of rows) {
  test(`${name}: ${host} at ${address} is ${expected}`, () => assert.equal(judge(host, address, options), expected));
}

for (const address of [
  "127.0.0.1",
  "::ffff:127.0.0.1",
  "::127.0.0.1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "2606::5efe:7f00:1",
]) {
  test(`a listener of ours on 127.0.0.1 is no destination as ${address}, whatever is permitted`, () => {
    const guard = new Guard({
      deny: [],
      allow: ["0.0.0.0/0", "::/0"].map(parseCidr),
      isOwn: (own, port) => formatAddress(own) === "127.0.0.1" && port === 1080,
    });
    const reasonsAt = (port: number) =>
      guard.judge(parseAuthority("a.test", port), [parseAddress("8.8.8.8")!, parseAddress(address)!], [plain]);
    assert.deepEqual(reasonsAt(1080), {
      permitted: [],
      refused: [{ address: canonical(address), reason: "proxy_loop" }],
    });
    assert.equal(reasonsAt(1081).permitted.length, 2);
  });
}

const canonical = (text: string) => formatAddress(parseAddress(text)!);

test("the name of a metadata service is refused unless a rule says what it resolves to", () => {
  const guard = new Guard({ deny: [], allow: ["0.0.0.0/0"].map(parseCidr), isOwn: () => false });
  const name = parseAuthority("Metadata.Google.Internal.", 80);
  assert.equal(guard.refusedAddress(name, []), "169.254.169.254");
  assert.equal(guard.refusedAddress(name, [plain]), "169.254.169.254");
  assert.equal(guard.refusedAddress(name, [plain, into("169.254.169.254")]), undefined);
  assert.equal(guard.refusedAddress(parseAuthority("a.metadata.google.internal", 80), []), undefined);
});

/** The first and last address of each built-in block, and its neighbours outside every block. */
const edges: [string[], string][] = [
  [
    ["0.0.0.0", "0.255.255.255", "127.0.0.0", "127.255.255.255", "169.254.0.0", "169.254.255.255"],
    "address_prohibited",
  ],
  [["192.0.0.0", "192.0.0.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255"], "address_prohibited"],
  [
    ["168.63.129.16", "100.100.100.200", "::", "::1", "fe80::", "febf::1", "fec0::", "feff::1", "ff00::", "ffff::1"],
    "address_prohibited",
  ],
  [
    ["64:ff9b::1.1.1.1", "64:ff9b::200.1.1.1", "64:ff9b:1::1.1.1.1", "64:ff9b:1:ffff::200.1.1.1", "2001::"],
    "address_prohibited",
  ],
  [
    ["2001:0:ffff::1", "2002::", "2002:101:101::", "2002:c801:101::", "2002:ffff::1", "2606::200:5efe:127.0.0.1"],
    "address_prohibited",
  ],
  [["fd00:ec2::", "fd00:ec2:ffff::1", "::ffff:0:127.0.0.1", "::127.0.0.1"], "address_prohibited"],
  [["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"], "address_private"],
  [["100.64.0.0", "100.127.255.255", "198.18.0.0", "198.19.255.255", "192.0.2.0", "198.51.100.255"], "address_private"],
  [["192.0.2.255", "198.51.100.0", "203.0.113.255", "192.88.99.0", "100::ffff:ffff:ffff:ffff"], "address_private"],
  [
    ["203.0.113.0", "192.88.99.255", "fc00::", "fdff::1", "2001:db8::", "2001:db8:ffff::1", "100::", "100::1"],
    "address_private",
  ],
  [
    ["1.0.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "192.0.1.0", "223.255.255.255"],
    "permitted",
  ],
  [
    ["168.63.129.15", "168.63.129.17", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255"],
    "permitted",
  ],
  [
    ["192.169.0.0", "100.63.255.255", "100.128.0.0", "198.17.255.255", "198.20.0.0", "2001:1::", "2003::", "fb00::1"],
    "permitted",
  ],
];
for (const [addresses, expected] of edges) {
  for (const address of addresses) {
    test(`${address} behind a public name is ${expected}`, () =>
      assert.equal(judge("a.example.com", address), expected));
  }
}
