import { readFileSync } from "node:fs";
import { RuntimeFailure, systemCode } from "@outrigger/runtime/errors";
import { hash } from "../routes/hash.ts";
import type { TlsSettings } from "../routes/route.ts";

/** What a TLS connection to an upstream is made with. Equal identities share connections and sessions. */
export interface TlsIdentity {
  /** For SNI and the certificate's name; an address goes into no SNI. */
  readonly serverName: string;
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Tells identities apart in names of pools and sessions. */
  readonly id: string;
}

/**
 * Reads the files of `tls`.
 * @param configKey where it stands, for messages.
 * @throws {RuntimeFailure} when a file cannot be read, or is not what it should be.
 */
export function readTlsIdentity(settings: TlsSettings, host: string, configKey: string): TlsIdentity {
  const read = (name: "ca" | "cert" | "key") => {
    const path = settings[name];
    if (path === undefined) return undefined;
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      const reason = systemCode(error) ?? "error";
      throw new RuntimeFailure(
        "tls_file",
        `cannot read ${path} (${configKey}.${name}): ${reason}; mount it or change the path`,
      );
    }
  };
  const serverName = settings.serverName ?? host;
  const [ca, cert, key] = [read("ca"), read("cert"), read("key")];
  if (ca !== undefined) check(`${settings.ca} (${configKey}.ca)`, ({ X509Certificate }) => new X509Certificate(ca));
  if (cert !== undefined && key !== undefined) {
    check(`${settings.cert} with ${settings.key} (${configKey})`, ({ X509Certificate, createPrivateKey }) => {
      const isPair = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
      if (!isPair) throw new Error("the key does not belong to the certificate");
    });
  }
  const id = [serverName, ...[ca, cert, key].map((text) => (text === undefined ? "-" : hash(text)))].join(" ");
  return { serverName, ca, cert, key, id };
}

/** TLS itself passes over an authority that is none, and complains of a pair only at the first connection. */
function check(what: string, read: (crypto: typeof import("node:crypto")) => void): void {
  try {
    read(process.getBuiltinModule("node:crypto"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RuntimeFailure("tls_file", `cannot use ${what}: ${reason}; mount certificates and keys in PEM`);
  }
}
