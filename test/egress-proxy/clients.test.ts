// What a person reads who has nothing but the error text of a client. curl and Python are in test/system.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { startProxy } from "./support/proxy.ts";
import { RawClient } from "./support/raw.ts";

test("Node's own client names reason and destination of a refused tunnel and of a refused request", async (t) => {
  const proxy = await startProxy(t, {});
  const url = `http://127.0.0.1:${proxy.port}`;
  const env = { NODE_USE_ENV_PROXY: "1", http_proxy: url, https_proxy: url };
  const run = async (program: string) =>
    (await promisify(execFile)(process.execPath, ["-e", program], { env, timeout: 20_000 })).stdout;
  assert.match(
    await run('require("https").get("https://evil.test/").on("error", (e) => console.log(e.message))'),
    /403 Egress denied: host_not_allowed evil\.test:443\n$/,
  );
  assert.equal(
    await run(
      'require("http").get("http://evil.test/", (r) => r.resume().on("end", () => console.log(r.statusCode, r.statusMessage)))',
    ),
    "403 Egress denied: host_not_allowed evil.test:80\n",
  );
});

test("a JVM, Go and Python show the status line of a refused CONNECT: these are its bytes", async (t) => {
  const proxy = await startProxy(t, {});
  const client = new RawClient(proxy.port).send("CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n");
  const text = await client.until("}\n");
  assert.equal(text.split("\r\n")[0], "HTTP/1.1 403 Egress denied: host_not_allowed evil.test:443");
  client.socket.destroy();
});
