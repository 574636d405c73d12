import { readFile } from "node:fs/promises";
import { get } from "node:http";
import { text as readAll } from "node:stream/consumers";
import { RuntimeFailure, systemCode, UsageError } from "@outrigger/runtime/errors";
import { print } from "@outrigger/runtime/output";
import type { CommandContext } from "@outrigger/runtime/tool";
import type { AuditRecord } from "./audit.ts";
import { parseAuthority, parseHost } from "./authority.ts";
import type { EgressConfig } from "./config.ts";
import { mergeSighting, type Sighting, sightingOf } from "./journal.ts";
import type { TunnelKind } from "./policy/rule.ts";
import { positionalAt } from "./positional.ts";
import { printable } from "./printable.ts";
import { canonicalSni } from "./tunnel/sni-check.ts";

/** `egress-proxy suggest [FILE|-]`: what `learn` or `report` let pass, as `allow` entries. */
export async function suggest({ args, load }: CommandContext<EgressConfig>): Promise<number> {
  const at = positionalAt(args);
  const source = args[at];
  // Also for a file: what is wrong with the options or the configuration is wrong all the same.
  const { config } = await load(source === undefined ? args : args.toSpliced(at, 1));
  const sightings = source === undefined ? await fromProxy(config) : fromAuditLines(await readSource(source));
  await print(suggestion(sightings));
  return 0;
}

async function fromProxy({ admin: { port } }: EgressConfig): Promise<Sighting[]> {
  if (port === 0)
    throw new UsageError("the proxy of this configuration has no admin port; give a file with audit lines instead");
  const url = `http://127.0.0.1:${port}/learned`;
  const body = await new Promise<string>((resolve, reject) => {
    get(url, { timeout: 5000 }, (response) => readAll(response).then(resolve, reject)).on("error", reject);
  }).catch((error: Error) => {
    throw new RuntimeFailure(
      "suggest",
      `no proxy answers on ${url}: ${error.message}; start it, or give a file with audit lines`,
    );
  });
  return (JSON.parse(body) as { destinations: Sighting[] }).destinations;
}

async function readSource(source: string): Promise<string> {
  if (source === "-") return readAll(process.stdin);
  return readFile(source, "utf8").catch((error: Error) => {
    const reason = systemCode(error) ?? error.message;
    throw new UsageError(`cannot read ${printable(source)} (${printable(reason)}); give a file with audit lines`);
  });
}

/** Reads audit lines; lines of other kinds, and other programs, are skipped. */
export function fromAuditLines(text: string): Sighting[] {
  const found = new Map<string, Sighting>();
  for (const line of text.split("\n")) {
    const start = line.indexOf("{");
    if (start < 0 || !line.includes('"egress"')) continue;
    let record: Partial<AuditRecord> & { msg?: string };
    try {
      record = JSON.parse(line.slice(start)) as typeof record;
    } catch {
      continue;
    }
    if (record.msg !== "egress") continue;
    const sighting = sightingOf(record, record.method === "CONNECT" ? carried(record) : undefined);
    if (sighting === undefined) continue;
    const key = `${sighting.host} ${sighting.port}`;
    const known = found.get(key);
    if (known) mergeSighting(known, sighting);
    else found.set(key, sighting);
  }
  return [...found.values()];
}

/** What a tunnel carried, as far as its record says: TLS with the host's own name, or anything. */
function carried({ host, sni }: Partial<AuditRecord>): TunnelKind {
  return typeof sni === "string" && canonicalSni(sni) === host ? "tls" : "any";
}

/** The `allow` entries for these destinations, as YAML: one for each host, and wildcards over three and more as comments. */
export function suggestion(sightings: readonly Sighting[]): string {
  const hosts = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    if (!canBeNamed(sighting)) continue;
    hosts.set(sighting.host, [...(hosts.get(sighting.host) ?? []), sighting]);
  }
  if (hosts.size === 0) return "# nothing was let through beyond the allow-list: run with mode learn or report first\n";
  const names = [...hosts.keys()].sort();
  const lines = ["egress:", "  allow:"];
  for (const name of names) lines.push(...entriesFor(name, hosts.get(name) ?? []).map((entry) => `    - ${entry}`));
  for (const [parent, below] of siblings(names)) lines.push(`    # - "*.${parent}"  # instead of ${below.join(", ")}`);
  return `${lines.join("\n")}\n`;
}

function entriesFor(name: string, sightings: readonly Sighting[]): string[] {
  const host = bracketed(name);
  // Only on 443 is the default of a tunnel not "any".
  const open = sightings.filter(({ port, tunnel }) => port === 443 && tunnel === "any").map(({ port }) => port);
  const ports = sightings.map(({ port }) => port).filter((port) => !open.includes(port));
  const entries: string[] = [];
  ports.sort((left, right) => left - right);
  if (ports.join() === "80,443") entries.push(JSON.stringify(host));
  else if (ports.length === 1) entries.push(JSON.stringify(`${host}:${ports[0]}`));
  else if (ports.length > 1) entries.push(`{ host: ${JSON.stringify(host)}, ports: [${ports.join(", ")}] }`);
  if (open.length > 0) entries.push(`{ host: ${JSON.stringify(host)}, ports: [443], tunnel: any }`);
  return entries;
}

function siblings(names: readonly string[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const parent = name.slice(name.indexOf(".") + 1);
    if (!name.includes(".") || !parent.includes(".") || parseHost(bracketed(name)).kind !== "name") continue;
    groups.set(parent, [...(groups.get(parent) ?? []), name]);
  }
  return [...groups].filter(([, below]) => below.length >= 3);
}

/** Audit lines may come from anywhere; only what a rule could name is printed. */
function canBeNamed({ host, port }: Sighting): boolean {
  try {
    parseAuthority(`${bracketed(host)}:${port}`);
    return true;
  } catch {
    return false;
  }
}

/** As it stands in URLs and rules. */
function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
