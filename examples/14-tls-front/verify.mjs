import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import https from "node:https";
import { eventually } from "../../test/harness/eventually.ts";
import { verify } from "../stage/verify.ts";

const [front, back] = ["0.0.0.0:8443", "localhost:8080"];

/** A key and a certificate of its own for localhost; false where there is no openssl. */
function makeCertificate(directory) {
  mkdirSync(directory, { recursive: true });
  const files = ["-keyout", `${directory}/tls.key`, "-out", `${directory}/tls.crt`];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const options = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  return spawnSync("openssl", ["req", ...options, ...subject, ...files], { stdio: "ignore" }).status === 0;
}

/** One HTTPS request that trusts that certificate alone. */
function ask(port, ca) {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      servername: "localhost",
      ca,
      agent: false,
      headers: { host: "shop.example" },
    };
    https
      .get(options, (response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => resolve(body));
      })
      .on("error", reject);
  });
}

await verify(
  import.meta.dirname,
  {
    "TLS clients reach the application that speaks plain HTTP, and it learns of them": async (scene) => {
      const directory = scene.stage.path("/secrets/tls");
      if (!makeCertificate(directory)) return "openssl is not installed";
      scene.run("httponly", { PORT: String(scene.service(back)) });
      const ca = readFileSync(`${directory}/tls.crt`);
      const body = await eventually(async () => {
        const answer = await ask(scene.service(front), ca);
        assert.match(answer, /^Hello over plain HTTP$/m);
        return answer;
      });
      assert.match(body, /^host: shop\.example$/m);
      assert.match(body, /^forwarded proto: https$/m);
      assert.match(body, /^forwarded for: 127\.0\.0\.1$/m);
    },
  },
  { services: [front, back] },
);
