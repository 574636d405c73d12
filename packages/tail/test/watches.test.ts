import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { it } from "node:test";
import { silentLog } from "@outrigger/runtime/log";
import { eventually } from "../../../test/harness/eventually.ts";
import { temporaryDirectory } from "../../../test/harness/temporary.ts";
import { follow } from "../src/follow.ts";

/** A pass that comes only when the test has failed: what is found before is found by events. */
const never = 3_600_000;

it("what is appended after a new directory's file was read, and before the directory is watched, is not missed", async (t) => {
  const directory = temporaryDirectory(t);
  const at = (name: string) => path.join(directory, name, "app.log");
  for (const name of ["a", "b"]) mkdirSync(path.dirname(at(name)));
  writeFileSync(at("a"), "a\n");
  writeFileSync(at("b"), "");
  let output = "";
  const follower = follow({
    sources: [{ files: [at("*")] }],
    pollInterval: never,
    log: silentLog,
    consumer: {
      data({ file }, { bytes }) {
        output += bytes;
        if (output === "a\n") {
          // Beginning `b`, which was empty, takes a scan of its own, in the middle of reading.
          mkdirSync(path.dirname(at("c")));
          writeFileSync(at("c"), "one\n");
          appendFileSync(at("b"), "b\n");
        } else if (file === at("c") && output.endsWith("one\n")) appendFileSync(at("c"), "two\n");
      },
      flush() {},
      end() {},
    },
  });
  t.after(() => follower.close());
  await eventually(() => {
    if (!output.endsWith("two\n")) throw new Error(`"two" is missing: ${output}`);
  });
});
