// Loads bundles with V8's code for them, runs nothing, and saves the code again: V8 numbers functions in the order in which it comes
// to know them, among Node's own, and a run leaves the numbers of its order in the code. Loading numbers them anew, in the code's.
// Arguments: the bundles.
const { readFileSync, writeFileSync } = require("node:fs");
const { compileBundle } = require("./compile-bundle.cjs");

for (const file of process.argv.slice(2)) {
  const script = compileBundle(file, readFileSync(`${file}.cache`));
  if (script.cachedDataRejected) throw new Error(`V8 refuses its own code for ${file}`);
  writeFileSync(`${file}.cache`, script.createCachedData());
}
