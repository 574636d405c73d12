// Runs bundles: scripts whose value is a function of `require`. `outrigger:` is what comes from outside of them: the signal handlers
// that stand already, and the libraries with bundles of their own, which are read when they are first required.
const path = require("node:path");

const LIBRARY = "outrigger:library/";

/** Runs the bundle `file`; `compile` makes the script of a file. */
exports.runBundle = (file, early, compile) => {
  const libraries = new Map();
  const find = (id) => {
    if (id === "outrigger:early") return early;
    if (!id.startsWith(LIBRARY)) return require(id);
    if (!libraries.has(id)) {
      const script = compile(path.join(path.dirname(file), id.slice(LIBRARY.length)));
      libraries.set(id, script.runInThisContext()(find));
    }
    return libraries.get(id);
  };
  compile(file).runInThisContext()(find);
};
