// What explain and suggest take for a URL or a file among the options.
import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@outrigger/runtime/log";
import type { CommandContext } from "@outrigger/runtime/tool";
import type { EgressConfig } from "../src/config.ts";
import { explain } from "../src/explain.ts";
import { suggest } from "../src/suggest.ts";

type Command = (context: CommandContext<EgressConfig>) => Promise<number>;

/** The arguments that a command leaves for the configuration, if it comes so far, and why it ends. */
async function run(command: Command, args: string[], config?: Pick<EgressConfig, "admin">) {
  let options: readonly string[] | undefined;
  const load = async (rest: readonly string[]) => {
    options = rest;
    if (config === undefined) throw new Error("loaded");
    return { config: config as EgressConfig, positionals: [] };
  };
  const end = await command({ args, log: silentLog, load }).then(String, (error: Error) => error.message);
  return { options, end };
}

const OPTIONS = [
  ["--config", "a.yaml"],
  ["-c", "a.yaml"],
  ["--set", "egress.mode=learn"],
  ["--allow", "a.test"],
  ["--route", "http://a/=http://b"],
  ["--listen", ":1"],
  ["--mode", "learn"],
];
for (const option of OPTIONS) {
  test(`explain finds its URL before and behind ${option.join(" ")}`, async () => {
    assert.deepEqual((await run(explain, ["http://x/", ...option])).options, option);
    assert.deepEqual((await run(explain, [...option, "http://x/"])).options, option);
    assert.deepEqual((await run(explain, [...option, "http://x/", "more"])).options, [...option, "more"]);
    assert.match((await run(explain, option)).end, /^explain needs a URL/);
  });

  test(`suggest finds its file before and behind ${option.join(" ")}, and none where there is none`, async () => {
    const config = { admin: { port: 0 } };
    for (const args of [
      ["/nowhere.log", ...option],
      [...option, "/nowhere.log"],
    ]) {
      const { options, end } = await run(suggest, args, config);
      assert.deepEqual(options, option);
      assert.match(end, /^cannot read \/nowhere\.log/);
    }
    const { options, end } = await run(suggest, option, config);
    assert.deepEqual(options, option);
    assert.match(end, /no admin port; give a file with audit lines/);
  });
}
