import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@outrigger/runtime/log";
import { Registry } from "@outrigger/runtime/metrics";
import { egressSection } from "../src/config.ts";
import { start } from "../src/service.ts";

test("records that stderr did not take are counted", async () => {
  const metrics = new Registry();
  const log = { ...silentLog, dropped: 0 };
  const config = egressSection.schema.parse({ listen: "127.0.0.1:0", admin: { port: 0 } });
  const service = start(config, { tool: "egress-proxy", version: "0", log, metrics });
  await service.ready;
  try {
    for (const dropped of [0, 3, 3, 5]) {
      log.dropped = dropped;
      assert.match(metrics.render("text"), new RegExp(`^outrigger_egress_log_dropped_total ${dropped}$`, "m"));
    }
  } finally {
    assert.equal(await service.stop(), 0);
  }
});
