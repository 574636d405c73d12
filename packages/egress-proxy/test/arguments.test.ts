// What explain and suggest take for a URL or a file among the options.
import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "@outrigger/runtime/log";
import type { CommandContext } from "@outrigger/runtime/tool";
import type { EgressConfig } from "../src/config.ts";
import { explain } from "../src/explain.ts";
import { suggest } from "../src/suggest.ts";

type Command = (context: CommandContext<EgressConfig>) => Promise<number>;

/** The arguments that a command leaves for the configuration, or why it does not come so far. */
async function optionsOf(command: Command, args: string[]): Promise<readonly string[] | string> {
  let options: readonly string[] | undefined;
  const load = (rest: readonly string[]) => {
    options = rest;
    return Promise.reject(new Error("loaded"));
  };
  const message = await command({ args, log: silentLog, load }).then(String, (error: Error) => error.message);
  return message === "loaded" ? (options ?? []) : message;
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
    assert.deepEqual(await optionsOf(explain, ["http://x/", ...option]), option);
    assert.deepEqual(await optionsOf(explain, [...option, "http://x/"]), option);
    assert.deepEqual(await optionsOf(explain, [...option, "http://x/", "more"]), [...option, "more"]);
    assert.match(String(await optionsOf(explain, option)), /^explain needs a URL/);
  });

  test(`suggest with ${option.join(" ")} and no file asks the proxy, and finds a file before and behind it`, async () => {
    assert.deepEqual(await optionsOf(suggest, option), option);
    assert.match(String(await optionsOf(suggest, ["/nowhere.log", ...option])), /^cannot read \/nowhere\.log/);
    assert.match(String(await optionsOf(suggest, [...option, "/nowhere.log"])), /^cannot read \/nowhere\.log/);
  });
}

test("suggest without an admin port to ask says what to do", async () => {
  const config = { admin: { port: 0 } } as EgressConfig;
  const load = () => Promise.resolve({ config, positionals: [] });
  await assert.rejects(suggest({ args: [], log: silentLog, load }), {
    exitStatus: 2,
    message: /no admin port; give a file with audit lines/,
  });
});
