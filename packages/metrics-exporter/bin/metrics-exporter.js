#!/usr/bin/env node
// Plain JavaScript, so that a Node too old to run TypeScript gets this far.
import "@outrigger/runtime/recent-node";
import "@outrigger/runtime/early";

await import("../src/main.ts").then((entry) => entry.main(process.argv.slice(2)));
