// Reloads under load, as fast as they are taken; test/system has the minute with one each second.
import { test } from "node:test";
import { reloadUnderLoad } from "./support/reload-load.ts";

test("reloads under load: no allowed request fails, no denied one passes, a tunnel lives", async (t) => {
  await reloadUnderLoad(t, { reloads: 8, every: 0, rest: 0 });
});
