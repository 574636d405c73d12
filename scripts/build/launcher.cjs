// What an image starts: the signal handlers first, then the bundle beside it, with the code that V8 made of it when the image
// was built. Node's own compile cache holds only what is compiled before a program runs, belongs to one user id, and stays
// in memory. Code that V8 refuses (another Node, other flags) or that is missing is compiled anew.
const early = require("../../packages/runtime/src/early.js");
const { readFileSync } = require("node:fs");
const { Script } = require("node:vm");

const bundle = __filename.replace(/\.cjs$/, ".js");
let cachedData;
try {
  cachedData = readFileSync(`${bundle}.cache`);
} catch {
  // Not for this machine.
}
// A bundle is ASCII: as Latin-1 it is read without being decoded.
const script = new Script(readFileSync(bundle, "latin1"), { filename: bundle, cachedData });
script.runInThisContext()((id) => (id === "outrigger:early" ? early : require(id)));
