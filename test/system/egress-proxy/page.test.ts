// The page of recent decisions in a real browser: names and paths on it are whatever clients send.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startProxy } from "../../egress-proxy/support/proxy.ts";
import { exchange } from "../../egress-proxy/support/raw.ts";
import { openTab } from "../healthz/browser.ts";

test("a browser shows recent decisions, the latest first, and runs nothing that a client sent", async (t) => {
  const proxy = await startProxy(t, { allow: ["localhost:1"] });
  const script = "<script>window.hacked=1</script>";
  await exchange(proxy.port, "GET http://evil.test/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  await exchange(proxy.port, `GET http://evil${script}.test/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await exchange(proxy.port, `PROPFIND http://other.test/?${script} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const tab = await openTab(t);
  await tab.navigate(`http://127.0.0.1:${proxy.adminPort}/`);
  const hosts = "[...document.querySelectorAll('tr')].slice(1).map((row) => row.cells[3].textContent).join()";
  assert.equal(await tab.evaluate(hosts), "other.test,,evil.test", "an unreadable host has no name");
  assert.equal(await tab.evaluate("window.hacked"), undefined);
  assert.equal(await tab.evaluate("document.querySelectorAll('script').length"), 0);
  assert.deepEqual(tab.complaints, []);
});
