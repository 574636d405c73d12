// Routes over TCP whose servers fail.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { freePort } from "../harness/ports.ts";
import { startProxy } from "./support/proxy.ts";
import { RawClient } from "./support/raw.ts";

test("a connection for which only servers are left that are left alone is closed", async (t) => {
  const port = await freePort("127.0.0.1");
  const proxy = await startProxy(t, {
    routes: {
      [`tcp://127.0.0.1:${port}`]: { upstreams: ["localhost:1", "127.0.0.1:1"], eject: { consecutive: 1, for: "1h" } },
    },
    audit: "all",
  });
  // The first one has the first server left alone.
  for (let index = 0; index < 3; index++) assert.equal(await new RawClient(port).end(), "");
  await eventually(() =>
    assert.deepEqual(
      proxy.audit().map(({ error, attempts }) => [error, attempts]),
      [
        ["connection_refused", 2],
        ["connection_refused", undefined],
        ["connection_refused", undefined],
      ],
    ),
  );
});
