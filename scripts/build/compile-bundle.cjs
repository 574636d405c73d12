const { readFileSync } = require("node:fs");
const { basename } = require("node:path");
const { Script } = require("node:vm");

/** The script of the bundle `file`, as the launcher compiles it; `cachedData` is V8's code for it, if there is any. */
exports.compileBundle = (file, cachedData) => {
  // The name is kept in the code and must not tell where that was made. Made of bytes: a part of a string holds on to the whole.
  const filename = Buffer.from(`/app/${basename(file)}`).toString();
  return new Script(readFileSync(file, "latin1"), { filename, cachedData });
};
