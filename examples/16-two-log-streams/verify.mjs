import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import { eventually } from "../../test/harness/eventually.ts";
import { get } from "../../test/harness/http.ts";
import { freePort } from "../../test/harness/ports.ts";
import { verify } from "../stage/verify.ts";

async function play({ stage, run }) {
  const port = await freePort();
  const directory = stage.path("/var/log/nginx");
  const running = run("weblog", { PORT: String(port), WEBLOG_DIRECTORY: directory });
  const ask = (path) => eventually(() => get(`http://127.0.0.1:${port}${path}`));
  await ask("/");
  return { running, ask, directory, metrics: `http://127.0.0.1:${stage.port("metrics.port")}/metrics` };
}

await verify(import.meta.dirname, {
  "both files arrive on one stdout, each line with its name": async (scene) => {
    const { running, ask } = await play(scene);
    await ask("/missing");
    await running.waitFor(/^\[access\] 127\.0\.0\.1 - - \[.*\] "GET \/ HTTP\/1\.1" 200 /m);
    await running.waitFor(/^\[access\] .* "GET \/missing HTTP\/1\.1" 404 /m);
    await running.waitFor(/^\[error\] .* \[error\] .*open\(\) "\/usr\/share\/nginx\/html\/missing" failed/m);
  },
  "requests are counted by method and status from the same lines": async (scene) => {
    const { ask, metrics } = await play(scene);
    await ask("/");
    await ask("/missing");
    await eventually(async () => {
      const { body } = await get(metrics);
      assert.match(body, /^http_requests_total\{method="GET",status="200"\} 2$/m);
      assert.match(body, /^http_requests_total\{method="GET",status="404"\} 1$/m);
    });
  },
  "a rotation loses no line": async (scene) => {
    const { running, ask, directory } = await play(scene);
    for (let n = 0; n < 30; n++) {
      await ask(`/?n=${n}`);
      if (n === 14) renameSync(`${directory}/access.log`, `${directory}/access.log.1`);
    }
    await running.waitFor("/?n=29 ");
    const numbers = [...running.stdout.matchAll(/\/\?n=(\d+) /g)].map(([, n]) => Number(n));
    assert.deepEqual(
      numbers,
      Array.from({ length: 30 }, (_, n) => n),
    );
  },
});
