import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { recordQuery } from "./witness/arrivals.ts";

interface Zone {
  /** Addresses of both families; empty: an empty answer. */
  addresses?: string[];
  ttl?: number;
  /** 2 SERVFAIL, 3 NXDOMAIN. */
  rcode?: number;
  /** Never answers. */
  silent?: boolean;
  /** Answers only then. */
  when?: Promise<unknown>;
}

export interface DnsServer {
  /** `127.0.0.1:port`, for `egress.dns.servers`. */
  readonly address: string;
  /** Names asked for, one entry for each A and AAAA query. */
  readonly queries: string[];
  /** What to answer from now on; names not listed do not exist. A function is asked anew for every query. */
  readonly zones: Record<string, Zone | (() => Zone)>;
}

/** A DNS server on loopback that answers A and AAAA as told (RFC 1035 section 4). */
export async function startDns(t: Pick<TestContext, "after">, zones: DnsServer["zones"] = {}): Promise<DnsServer> {
  const socket = createSocket("udp4");
  const queries: string[] = [];
  socket.on("message", (query, peer) => {
    const { name, type, end } = readQuestion(query);
    queries.push(name);
    recordQuery(name);
    const found = zones[name];
    const zone = typeof found === "function" ? found() : (found ?? { rcode: 3 });
    const send = () => socket.send(answer(query.subarray(0, end), type, zone), peer.port, peer.address);
    if (zone.when) void zone.when.then(send);
    else if (!zone.silent) send();
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  atEnd(t, () => socket.close());
  return { address: `127.0.0.1:${(socket.address() as AddressInfo).port}`, queries, zones };
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length !== 0; length = query[at]!) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function answer(question: Buffer, type: number, { addresses = [], ttl = 60, rcode = 0 }: Zone): Buffer {
  const wanted = addresses.filter((address) => address.includes(":") === (type === 28));
  const header = Buffer.from(question);
  header.writeUInt16BE(0x8180 | rcode, 2);
  header.writeUInt16BE(wanted.length, 6);
  header.writeUInt16BE(0, 8);
  header.writeUInt16BE(0, 10);
  const records = wanted.map((address) => {
    const data = type === 28 ? sixBytes(address) : Buffer.from(address.split(".").map(Number));
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(ttl, 6);
    record.writeUInt16BE(data.length, 10);
    return Buffer.concat([record, data]);
  });
  return Buffer.concat([header, ...records]);
}

function sixBytes(address: string): Buffer {
  const [head = "", tail = ""] = address.split("::");
  const words = (text: string) => text.split(":").filter((word) => word !== "");
  const missing = 8 - words(head).length - words(tail).length;
  const all = [...words(head), ...new Array<string>(missing).fill("0"), ...words(tail)];
  return Buffer.from(all.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 255]));
}
