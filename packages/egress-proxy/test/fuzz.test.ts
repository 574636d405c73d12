// A million mutated inputs for the readers of what clients send: no crash, one reading, the same verdict however many
// rules there are and whoever asks. Raw sockets are fuzzed in test/egress-proxy.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { connect, TLSSocket } from "node:tls";
import type { Resolver } from "@outrigger/net/resolve";
import { clientHello } from "../../../test/egress-proxy/support/client-hello.ts";
import { mutateBytes, mutateText, pick, seededRandom } from "../../../test/egress-proxy/support/mutate.ts";
import { type Authority, authorityText, parseAuthority } from "../src/authority.ts";
import { egressSection } from "../src/config.ts";
import { REQUEST, type RequestHead, readRequestHead } from "../src/http/head.ts";
import { HeadReader } from "../src/http/head-reader.ts";
import { Malformed } from "../src/http/malformed.ts";
import { OwnListeners } from "../src/own-listeners.ts";
import { decide } from "../src/policy/decide.ts";
import { checkHead } from "../src/proxy/head-check.ts";
import { Refusal } from "../src/refusal.ts";
import { createSnapshot, type Snapshot } from "../src/snapshot.ts";
import { parseAbsoluteForm, parseAuthorityForm, type Target } from "../src/target.ts";
import { SniCheck } from "../src/tunnel/sni-check.ts";
import { verdictOn } from "../src/verdict.ts";

const AUTHORITIES = 350_000;
const HEADS = 200_000;
const HELLOS = 400_000;
const VERDICTS = 100_000;
/** How many of the accepted hellos a TLS server is asked about. */
const HANDSHAKES = 300;

const hosts = [
  "api.good.test",
  "API.Good.test.",
  "a.b.wild.test",
  "127.0.0.1",
  "[::1]",
  "[::ffff:169.254.169.254]",
  "localhost",
  "xn--bcher-kva.example",
];
const authorities = hosts.flatMap((host) => [host, `${host}:80`, `${host}:443`, `user@${host}`]);
const pieces = ["\0\t\r\n @:.,;%/\\#?*[]|-_+", "0x", "127.1", "%00", "%2e", "..", "::", "ffff:", "65536", "4294967376"];
const fragments = [...(pieces[0] ?? ""), ...pieces.slice(1), "evil.test", "@evil.test", "\u3002", "\uff41", "\u212a"];

/** What `read` returns, or undefined when it refuses; every other error fails the test. */
function tried<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    assert.ok(error instanceof Refusal || error instanceof Malformed, String(error));
    return undefined;
  }
}

/** How the WHATWG reads the same text: what we take, it must take for the same host and port. */
function readByUrl(text: string): { host: string; port: number } | undefined {
  try {
    const { hostname, port } = new URL(`http://${text}/`);
    return { host: hostname.replace(/^\[|\]$/g, "").replace(/\.$/, ""), port: Number(port || 80) };
  } catch {
    return undefined; // it knows IDNA, and we do not decode A-labels
  }
}

test(`${AUTHORITIES} mutated authorities: no crash, one canonical reading, the same as any other reader's`, () => {
  const random = seededRandom();
  const accepted = new Map<string, Authority>();
  for (let count = 0; count < AUTHORITIES; count++) {
    const text = mutateText(random, pick(random, authorities), fragments);
    const authority = tried(() => parseAuthority(text, 80));
    if (authority !== undefined) accepted.set(text, authority);
  }
  assert.ok(accepted.size > AUTHORITIES / 100, `only ${accepted.size} were taken`);
  for (const [text, authority] of accepted) {
    assert.deepEqual(parseAuthority(authorityText(authority, 80), 80), authority);
    const url = readByUrl(text);
    if (url) assert.deepEqual(url, { host: authority.host, port: authority.port }, JSON.stringify(text));
  }
});

const methods = ["GET", "get", "POST", "HEAD", "DELETE", "CONNECT", "TRACE"];
const paths = ["", "/", "/ok/a", "/ok/../a", "/ok/%2e%2e/a", "/ok//a", "/no?x=/ok/a", "/ok/a?b#c"];
const fieldNames = ["Host", "host", "Content-Length", "content-length", "Transfer-Encoding", "Connection", "X-Other"];
const fieldValues = ["", "5", "5, 5", "+5", "chunked", "Chunked", "gzip, chunked", "evil.test", "close", "\x0bchunked"];

/** Reads a head from its bytes, in one piece. @throws {Malformed} */
function readHead(text: string): RequestHead {
  const reader = new HeadReader({ limit: 32 * 1024, firstLine: REQUEST });
  if (reader.push(Buffer.from(text, "latin1"), 0) < 0) throw new Malformed("it is incomplete");
  return readRequestHead(reader.text);
}

test(`${HEADS} mutated request heads: no crash, and what passes has one host, one framing and one target`, () => {
  const random = seededRandom();
  let passed = 0;
  for (let count = 0; count < HEADS; count++) {
    let text = random(3) === 0 ? "" : "Host: a\r\n";
    for (let fields = random(4); fields > 0; fields--) {
      text += `${pick(random, fieldNames)}: ${mutateText(random, pick(random, fieldValues), [",", " ", "5", "\t", "\r\n"])}\r\n`;
    }
    const target = mutateText(random, `http://${pick(random, authorities)}${pick(random, paths)}`, fragments);
    const line = `${pick(random, methods)} ${target} HTTP/${pick(random, ["1.1", "1.1", "1.0", "0.9"])}\r\n`;
    const head = tried(() => readHead(`${line}${text}\r\n`));
    if (head === undefined) continue;
    const { version, fields: rawHeaders } = head;
    const framing = tried(() => checkHead(head));
    const read = tried(() =>
      head.method === "CONNECT" ? parseAuthorityForm(head.target) : parseAbsoluteForm(head.target),
    );
    if (framing === undefined || read === undefined) continue;
    passed++;
    const named = (name: string) => rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name);
    assert.ok(named("host").length === 1 || (version === "1.0" && named("host").length === 0));
    assert.ok(named("content-length").length + named("transfer-encoding").length === (framing === "none" ? 0 : 1));
    if ("path" in read) assert.ok(head.target.toLowerCase().startsWith("http://") && read.path.startsWith("/"));
  }
  assert.ok(passed > HEADS / 100, `only ${passed} passed`);
});

test(`${HELLOS} mutated ClientHellos: no crash, none accepted without naming the host, none that OpenSSL reads otherwise`, async () => {
  const random = seededRandom();
  const seeds = [
    await helloOfOpenSsl("api.test"),
    clientHello({ names: ["api.test"] }),
    clientHello({ names: ["api.test"], record: 40 }),
    clientHello({ names: ["evil.test"] }),
    clientHello({ names: ["api.test", "evil.test"], separate: true }),
    clientHello(),
  ];
  const accepted = new Map<string, Buffer>();
  for (let count = 0; count < HELLOS; count++) {
    const bytes = mutateBytes(random, pick(random, seeds));
    const whole = new SniCheck("api.test").push(bytes);
    if (whole.state === "accepted") {
      accepted.set(bytes.toString("latin1"), bytes);
      assert.equal(whole.sni.toLowerCase().replace(/\.$/, ""), "api.test");
    }
    if (count % 16 !== 0) continue;
    const check = new SniCheck("api.test");
    let verdict: ReturnType<SniCheck["push"]> = { state: "undecided" };
    for (let at = 0, next = 0; at < bytes.length && verdict.state === "undecided"; at = next) {
      next = at + 1 + random(60);
      verdict = check.push(bytes.subarray(at, next));
    }
    // In pieces a broken hello may be waited for a little longer; what counts is that it is not accepted.
    if (whole.state === "accepted" || verdict.state !== "undecided") assert.deepEqual(verdict, whole);
  }
  assert.ok(accepted.size > 100, `only ${accepted.size} different ones were accepted`);
  let read = 0;
  for (const bytes of [...accepted.values()].slice(0, HANDSHAKES)) {
    const name = await nameSeenByOpenSsl(bytes);
    if (name !== undefined) read++;
    assert.ok(name === undefined || name.toLowerCase().replace(/\.$/, "") === "api.test", bytes.toString("hex"));
  }
  assert.ok(read > HANDSHAKES / 10, `OpenSSL read ${read} of them`);
});

/** A connection that swallows what is written and shows it as `sent`. */
function openWire(): Duplex {
  return new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      this.emit("sent", chunk);
      done();
    },
  });
}

/** What a real client of TLS 1.2 sends, with a fixed random, so that every run tries the same cases. */
async function helloOfOpenSsl(servername: string): Promise<Buffer> {
  const wire = openWire();
  const sent = once(wire, "sent");
  const client = connect({ socket: wire, servername, maxVersion: "TLSv1.2" }).on("error", () => {});
  const [hello] = (await sent) as [Buffer];
  client.destroy();
  return hello.fill(7, 11, 43);
}

/** The name that a TLS server reads from these bytes; undefined when it refuses them, or waits for more. */
function nameSeenByOpenSsl(bytes: Buffer): Promise<string | undefined> {
  return new Promise((resolve) => {
    const wire = openWire();
    const server = new TLSSocket(wire, { isServer: true, SNICallback: resolve });
    const patience = setTimeout(() => server.destroy(), 20);
    server.once("error", () => server.destroy());
    server.once("close", () => {
      clearTimeout(patience);
      resolve(undefined);
    });
    wire.push(bytes);
  });
}

const rules = [
  { host: "api.good.test", ports: [80, 443] },
  { host: "*.wild.test", ports: [80, 443, 8080] },
  { host: "127.0.0.1", ports: [80] },
  { host: "localhost" },
  { host: "limited.test", methods: ["GET"], paths: ["/ok/**"] },
];

/** A policy of one rule, and one of all of them. */
const policies = [...rules.map((rule) => [rule]), rules];

/** These rules among decoys, some of which differ from them by a letter: this many in all. */
function snapshotOf(wanted: readonly object[], count: number): Snapshot {
  const decoys = Array.from(
    { length: count - wanted.length },
    (_, index) =>
      [
        `decoy${index}.example.org`,
        `*.api${index}.good.test`,
        { host: `apx${index}.good.test`, ports: [80], methods: ["POST"] },
      ][index % 3],
  );
  const allow = [...decoys.slice(0, decoys.length / 2), ...wanted, ...decoys.slice(decoys.length / 2)];
  return createSnapshot(egressSection.schema.parse({ allow }), new OwnListeners());
}

/** Every name leads to one public address, so that rules alone make the difference. */
const resolver = { peek: () => [{ family: 4, words: [0x0808, 0x0808] }] } as unknown as Resolver;

test(`${VERDICTS} mutated URLs: 1, 99, 101 and 10,000 rules and explain give one verdict`, async () => {
  const random = seededRandom();
  const sizes = policies.map((policy) => [policy.length, 99, 101, 10_000].map((count) => snapshotOf(policy, count)));
  const urls = hosts.flatMap((host) => [`http://${host}/`, `https://${host}/`, `http://${host}:8080/ok/a`]);
  urls.push("http://limited.test/ok/a", "http://limited.test/no", "https://limited.test/");
  const seen = new Map<string, number>();
  for (let count = 0; count < VERDICTS; count++) {
    const url = random(8) === 0 ? pick(random, urls) : mutateText(random, pick(random, urls), fragments);
    const snapshots = sizes[count % sizes.length] ?? [];
    const verdicts = snapshots.map((snapshot) => judge(url, snapshot));
    assert.ok(
      verdicts.every((verdict) => verdict === verdicts[0]),
      `${JSON.stringify(url)}: ${verdicts.join(", ")}`,
    );
    seen.set(verdicts[0] ?? "", (seen.get(verdicts[0] ?? "") ?? 0) + 1);
    const [first = ""] = await verdictOn(url, pick(random, snapshots), resolver);
    const explained = first.startsWith("allowed ") ? "allowed" : first.slice(first.lastIndexOf(": ") + 2);
    // The guard comes after the rules, and knows loopback.
    if (/^address_/.test(explained)) assert.equal(verdicts[0], "allowed", url);
    else assert.equal(explained, verdicts[0], JSON.stringify(url));
  }
  for (const verdict of [
    "allowed",
    "host_not_allowed",
    "port_not_allowed",
    "path_not_allowed",
    "bad_host",
    "userinfo",
  ]) {
    assert.ok((seen.get(verdict) ?? 0) > 20, `${verdict}: ${seen.get(verdict)}`);
  }
});

/** What the proxy's own steps make of a URL: those of a plain request, and for https those of a CONNECT. */
function judge(url: string, { policy }: Snapshot): string {
  let reason = "allowed";
  try {
    const isTunnel = /^https:\/\//i.test(url);
    if (/[^\x21-\x7e]/.test(isTunnel ? connectTarget(url) : url)) return "bad_request"; // llhttp's word
    const target: Target = isTunnel
      ? { authority: parseAuthorityForm(connectTarget(url)), path: "", query: "" }
      : parseAbsoluteForm(url);
    const decision = decide({ ...target, method: isTunnel ? "CONNECT" : "GET" }, policy);
    if (!decision.allowed) reason = decision.reason ?? "";
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    reason = error.reason;
  }
  return reason;
}

/** What a client makes of an https URL for its CONNECT. */
function connectTarget(url: string): string {
  const authority = url.slice("https://".length).replace(/[/?#].*$/s, "");
  return /:\d+$/.test(authority) ? authority : `${authority}:443`;
}
