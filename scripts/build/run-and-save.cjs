// Runs a bundle as the launcher does and saves V8's code for it, and for the libraries it has loaded, at its end: what a start
// runs is compiled then. Code that is there already is loaded and stays in it.
// Arguments: the bundle; the URLs, as JSON, that the tool answers before it ends, or none when it ends by itself; the tool's
// arguments. Servers get free ports: those in the URLs are the ones they ask for.
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const http = require("node:http");
const { Server } = require("node:net");
const early = require("../../packages/runtime/src/early.js");
const { compileBundle } = require("./compile-bundle.cjs");
const { runBundle } = require("./loader.cjs");

// For what a start leaves to later turns of the event loop; shorter than any period of a tool, whose code would follow.
const SETTLED_MS = 250;

const [bundle, list, ...args] = process.argv.slice(2);
const urls = JSON.parse(list).map((url) => new URL(url));
const expected = new Set(urls.map(({ port }) => Number(port)));
const ports = new Map();

const { _listen2: bind } = Server.prototype;
Server.prototype._listen2 = function (_address, port, _family, ...rest) {
  this.once("listening", () => {
    ports.set(port, this.address().port);
    if (expected.delete(port) && expected.size === 0) setTimeout(askInTurn, SETTLED_MS, urls);
  });
  return Reflect.apply(bind, this, ["127.0.0.1", 0, 4, ...rest]);
};

function askInTurn([url, ...others]) {
  if (url === undefined) process.exit();
  const port = ports.get(Number(url.port));
  http.get({ host: "127.0.0.1", port, path: url.pathname, agent: false }, (response) => {
    if (response.statusCode !== 200) throw new Error(`${url} answers ${response.statusCode}`);
    response.resume().on("end", () => askInTurn(others));
  });
}

process.argv = [process.execPath, bundle, ...args];
const scripts = new Map();
process.once("exit", () => {
  for (const [file, script] of scripts) writeFileSync(`${file}.cache`, script.createCachedData());
});
runBundle(bundle, early, (file) => {
  const script = compileBundle(file, existsSync(`${file}.cache`) ? readFileSync(`${file}.cache`) : undefined);
  scripts.set(file, script);
  return script;
});
