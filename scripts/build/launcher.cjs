// What an image starts: the signal handlers first, then the bundle beside it, with the code that V8 made of it when the image
// was built. Node's own compile cache holds only what is compiled before a program runs, belongs to one user id, and stays
// in memory. Code that V8 refuses (another Node, other flags) or that is missing is compiled anew.
const early = require("../../packages/runtime/src/early.js");
const { readFileSync } = require("node:fs");
const { Script } = require("node:vm");
const { runBundle } = require("./loader.cjs");

runBundle(__filename.replace(/\.cjs$/, ".js"), early, (file) => {
  let cachedData;
  try {
    cachedData = readFileSync(`${file}.cache`);
  } catch {
    // Not for this machine.
  }
  // A bundle is ASCII: as Latin-1 it is read without being decoded.
  return new Script(readFileSync(file, "latin1"), { filename: file, cachedData });
});
