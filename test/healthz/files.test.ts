import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { startHealthz } from "./healthz.ts";

test("a configured file is read anew for every request", async (t) => {
  const file = path.join(temporaryDirectory(t), "version.txt");
  writeFileSync(file, "1.1\n");
  const { get, ask } = await startHealthz(t, { files: { "/version": file } });
  const { status, body, headers } = await get("/version");
  assert.deepEqual([status, body], [200, "1.1\n"]);
  assert.equal(headers["content-type"], "text/plain; charset=utf-8");
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers.etag, undefined);
  assert.equal(headers["x-powered-by"], undefined);
  writeFileSync(file, "1.2\n");
  assert.equal((await get("/version/")).body, "1.2\n");
  assert.deepEqual([(await ask("HEAD", "/version")).status, (await ask("HEAD", "/version")).body], [200, ""]);
  assert.equal((await ask("POST", "/version")).status, 405);
  rmSync(file);
  assert.equal((await get("/version")).status, 404);
});

test("without checks `/` may be a file, typed by its extension", async (t) => {
  const file = path.join(temporaryDirectory(t), "index.html");
  writeFileSync(file, "<h1>kiamol</h1>");
  const { get } = await startHealthz(t, { files: { "/": file } });
  const { body, headers } = await get("/");
  assert.deepEqual([body, headers["content-type"]], ["<h1>kiamol</h1>", "text/html; charset=utf-8"]);
  assert.equal((await get("/healthz")).body, '{"status": "OK"}');
});

test("only regular files of at most a mebibyte are served", async (t) => {
  const directory = temporaryDirectory(t);
  const at = (name: string) => path.join(directory, name);
  execFileSync("mkfifo", [at("fifo")]);
  mkdirSync(at("directory"));
  for (const [name, size] of [
    ["large", 1_048_576],
    ["tooLarge", 1_048_577],
  ] as const) {
    writeFileSync(at(name), "");
    truncateSync(at(name), size);
  }
  const names = ["fifo", "directory", "large", "tooLarge", "missing"];
  const { get } = await startHealthz(t, {
    files: { ...Object.fromEntries(names.map((name) => [`/${name}`, at(name)])), "/device": "/dev/zero" },
  });
  assert.equal((await get("/large")).body.length, 1_048_576);
  for (const name of ["fifo", "directory", "tooLarge", "missing", "device"]) {
    assert.equal((await get(`/${name}`)).status, 404, name);
  }
});

test("nothing but the configured paths is served", async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(path.join(directory, "a.txt"), "a");
  writeFileSync(path.join(directory, "b.txt"), "b");
  const { get } = await startHealthz(t, { files: { "/a": path.join(directory, "a.txt") } });
  for (const target of ["/a/../b.txt", "/b.txt", "/a/b.txt", "/..%2fb.txt", "/A"]) {
    assert.equal((await get(target)).status, 404, target);
  }
});
