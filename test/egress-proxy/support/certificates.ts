// A certificate authority of the test's own, made by openssl.
import { execFileSync } from "node:child_process";
import path from "node:path";
import type { TestContext } from "node:test";
import { temporaryDirectory } from "../../harness/temporary.ts";

/** Certificates and keys in files of their own. */
export class Certificates {
  readonly #directory: string;

  constructor(t: Pick<TestContext, "after">) {
    this.#directory = temporaryDirectory(t);
  }

  /** The path of `NAME.crt` or `NAME.key`. */
  at(file: string): string {
    return path.join(this.#directory, file);
  }

  /** Makes an authority. */
  authority(name: string): void {
    this.#make(name, ["-addext", "basicConstraints=critical,CA:TRUE"]);
  }

  /** Makes a certificate for a name. @param by the authority that signs it. */
  certificate(name: string, by: string): void {
    const signer = ["-CA", this.at(`${by}.crt`), "-CAkey", this.at(`${by}.key`)];
    this.#make(name, [...signer, "-addext", `subjectAltName=DNS:${name}`]);
  }

  #make(name: string, options: readonly string[]): void {
    const files = ["-keyout", this.at(`${name}.key`), "-out", this.at(`${name}.crt`)];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, "-subj", `/CN=${name}`, "-days", "2"];
    execFileSync("openssl", [...request, ...options], { stdio: ["ignore", "ignore", "pipe"] });
  }
}
