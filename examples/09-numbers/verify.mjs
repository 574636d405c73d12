import assert from "node:assert/strict";
import { eventually } from "../../test/harness/eventually.ts";
import { request } from "../../test/harness/http.ts";
import { freePort } from "../../test/harness/ports.ts";
import { verify } from "../stage/verify.ts";

/** Presses the page's button once the application is up. */
const press = (port) => eventually(async () => (await request(`http://127.0.0.1:${port}/`, { method: "POST" })).body);

await verify(
  import.meta.dirname,
  {
    "the page shows a number from the API": async ({ service, startApplication }) => {
      const port = await freePort();
      const api = `http://127.0.0.1:${service("numbers-api")}/sixeyed/kiamol/master/ch03/numbers/rng`;
      startApplication("numbers-api", { PORT: String(service("numbers-api")) });
      startApplication("numbers-web", { PORT: String(port), RngApi__Url: api });
      const page = await eventually(async () => {
        const body = await press(port);
        assert.match(body, /Here it is: \d+/);
        return body;
      });
      assert.ok(page.includes(`(Using API at: ${api})`));
    },
    "without the API the page says so": async ({ service, startApplication }) => {
      const port = await freePort();
      const api = `http://127.0.0.1:${service("numbers-api")}/rng`;
      startApplication("numbers-web", { PORT: String(port), RngApi__Url: api });
      assert.match(await press(port), /RNG service unavailable!/);
    },
    "an API that has failed counts as unavailable until it is reset": async ({ service, startApplication }) => {
      const port = await freePort();
      const api = `http://127.0.0.1:${service("numbers-api")}`;
      startApplication("numbers-api", { PORT: String(service("numbers-api")), FailAfterCallCount: "1" });
      startApplication("numbers-web", { PORT: String(port), RngApi__Url: `${api}/rng` });
      await eventually(async () => assert.equal((await request(`${api}/healthz`)).body, "Ok"));
      assert.match(await press(port), /Here it is: \d+/);
      assert.match(await press(port), /RNG service unavailable!/);
      assert.equal((await request(`${api}/healthz`)).status, 500);
      await request(`${api}/reset`);
      assert.match(await press(port), /Here it is: \d+/);
    },
  },
  { services: ["numbers-api"] },
);
