// A minute of traffic with a reload every second: here because of the time it takes, not because of packages.
import { test } from "node:test";
import { reloadUnderLoad } from "../../egress-proxy/support/reload-load.ts";

test("60 s of traffic with a reload every second: no allowed request fails, no denied one passes", async (t) => {
  await reloadUnderLoad(t, { reloads: 60, every: 1000, rest: 50 });
});
