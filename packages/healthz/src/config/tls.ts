import { accessSync, constants } from "node:fs";
import { systemCode } from "@outrigger/runtime/errors";
import { either, flag, Invalid, normalize, object, optional, text } from "@outrigger/runtime/schema";
import type { TlsOptions } from "../checks/connection.ts";

const caFile = normalize(text("A PEM file with the certificates to trust.", { nonEmpty: true }), (path) => {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new Invalid(`cannot read ${path} (${systemCode(error)}); mount the file or change the path`);
  }
  return path;
});

/** How a server's certificate is verified. */
export const tls = object("How the server's certificate is verified.", {
  ca: optional(caFile),
  insecure: optional(flag("Accept any certificate.")),
  serverName: optional(text("The name to ask for and to verify, instead of the host.", { nonEmpty: true })),
});

/** Whether to use TLS at all, and how. */
export const tlsIfAny = normalize(
  either("TLS: true, or a mapping that says how the server's certificate is verified.", [
    flag("Whether to use TLS."),
    tls,
  ]),
  (value): TlsOptions | undefined => (value === true ? {} : value === false ? undefined : value),
);
