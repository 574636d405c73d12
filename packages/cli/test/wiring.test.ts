import assert from "node:assert/strict";
import { test } from "node:test";
import { proxyWiring } from "../src/run/wiring.ts";

const listen = { host: "127.0.0.1", port: 1080 };

test("both spellings of every proxy variable point at the proxy, and Node's own clients look at them", () => {
  const { variables, kept } = proxyWiring(listen, [], {});
  assert.deepEqual(variables, {
    http_proxy: "http://127.0.0.1:1080",
    https_proxy: "http://127.0.0.1:1080",
    HTTP_PROXY: "http://127.0.0.1:1080",
    HTTPS_PROXY: "http://127.0.0.1:1080",
    no_proxy: "localhost,127.0.0.1,::1",
    NO_PROXY: "localhost,127.0.0.1,::1",
    NODE_USE_ENV_PROXY: "1",
  });
  assert.deepEqual(kept, []);
});

for (const [routes, exempt] of [
  [["http://localhost/api"], "127.0.0.1,::1"],
  [["http://LocalHost/api"], "127.0.0.1,::1"],
  [["http://127.0.0.1:8000/"], "localhost,::1"],
  [["http://[::1]:8000/"], "localhost,127.0.0.1"],
  [["http://numbers-api/"], "localhost,127.0.0.1,::1"],
  [["tcp://127.0.0.1:6380"], "localhost,127.0.0.1,::1"],
  [["http://localhost/a", "http://127.0.0.1/b"], "::1"],
] as const) {
  test(`no_proxy does not hide the routes ${routes.join(" and ")} from the proxy`, () => {
    assert.equal(proxyWiring(listen, routes, {}).variables.no_proxy, exempt);
  });
}

test("a variable that is there already keeps its value, even an empty one, and is named", () => {
  const { variables, kept } = proxyWiring(listen, [], { http_proxy: "http://corporate:3128", no_proxy: "" });
  assert.deepEqual(kept, ["http_proxy", "no_proxy"]);
  assert.ok(!("http_proxy" in variables || "no_proxy" in variables));
  assert.equal(variables.https_proxy, "http://127.0.0.1:1080");
});

for (const [address, url] of [
  [{ port: 3128 }, "http://127.0.0.1:3128"],
  [{ host: "0.0.0.0", port: 3128 }, "http://127.0.0.1:3128"],
  [{ host: "::", port: 3128 }, "http://127.0.0.1:3128"],
  [{ host: "::1", port: 3128 }, "http://[::1]:3128"],
] as const) {
  test(`a proxy that listens on ${JSON.stringify(address)} is reached at ${url}`, () => {
    assert.equal(proxyWiring(address, [], {}).variables.http_proxy, url);
  });
}
