import type { Socket } from "node:net";
import { SniCheck, type SniVerdict } from "./sni-check.ts";

/** TLS record: alert, fatal, access_denied (RFC 8446 section 6.2); tells a client that speaks TLS in TLS. */
export const ACCESS_DENIED = Buffer.from([21, 3, 3, 0, 2, 2, 49]);

type Decided = Exclude<SniVerdict, { state: "undecided" }>;
export type Inspected = (verdict: Decided, bytes: Buffer) => void;

/**
 * Reads from the client until its ClientHello is complete; nothing is forwarded. `done` is called once, with the bytes
 * read, unless the socket closes before. Silence for `timeout` milliseconds counts as no TLS.
 * @param first bytes that came together with the CONNECT.
 */
export function inspect(client: Socket, host: string, first: Buffer, timeout: number, done: Inspected): void {
  const check = new SniCheck(host);
  let isSettled = false;
  const settle = (verdict: SniVerdict) => {
    if (verdict.state === "undecided" || isSettled) return;
    isSettled = true;
    clearTimeout(timer);
    client.off("data", feed);
    client.off("end", giveUp);
    client.off("close", forget);
    client.pause();
    done(verdict, check.bytes);
  };
  const feed = (chunk: Buffer) => settle(check.push(chunk));
  const giveUp = () => settle({ state: "refused", reason: "not_tls" });
  const forget = () => clearTimeout(timer);
  const timer = setTimeout(giveUp, timeout);
  client.on("data", feed);
  client.once("end", giveUp);
  client.once("close", forget);
  client.resume();
  if (first.length > 0) feed(first);
  if (client.readableEnded) giveUp();
}

/** Judges the first bytes as {@link inspect} would, while they pass: for report and learn, which hold nothing back. */
export function observe(client: Socket, host: string, first: Buffer, done: (verdict: Decided) => void): void {
  const check = new SniCheck(host);
  const feed = (chunk: Buffer) => {
    const verdict = check.push(Buffer.from(chunk)); // the relay frees it
    if (verdict.state === "undecided") return;
    client.off("data", feed);
    done(verdict);
  };
  client.on("data", feed);
  if (first.length > 0) feed(first);
}
