import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Workspace } from "../../config-merge/support.ts";
import { repository } from "../../harness/tool.ts";

/** What a command left: its exit status, and the output, which held `old`. */
interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** A situation by its name in the guide's table. */
interface Situation {
  /** The text of the source; undefined for one that is missing. */
  readonly source?: string;
  readonly env?: Record<string, string>;
  /** The source is also where the result goes. */
  readonly inPlace?: boolean;
}

const env = { APP_ENVIRONMENT: "TEST" };
const good = '{ "Application": { "Environment": "DEV" } }\n';

const situations: Readonly<Record<string, Situation>> = {
  "the source is missing": { env },
  "the source is malformed": { env, source: '{ "Application": ' },
  "the variable is not set": { source: good },
  "the input is the output": { env, source: good, inPlace: true },
  "big and unusual numbers": {
    env,
    source: '{ "Application": { "Environment": "DEV" }, "n": 12345678901234567890, "m": 1.10, "h": 1e1000 }\n',
  },
  "comments, a trailing comma": {
    env,
    source: '{ "Application": {\n  "Environment": "DEV", // why\n}, }\n',
  },
  "a byte order mark and CRLF": { env, source: '\ufeff{\r\n  "Application": { "Environment": "DEV" }\r\n}\r\n' },
  formatting: { env, source: '{ "Application": { "Environment": "DEV" }, "a": [1, 2] }\n' },
};

/** The rows of the guide's table by situation: what it says about each of the two commands. */
const guide = readFileSync(path.join(repository, "docs/guides/config-merge.md"), "utf8");
const rows = new Map(
  guide
    .slice(guide.indexOf("| situation |"), guide.indexOf("one-liner.test.ts"))
    .split("\n")
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")))
    .filter((cells) => cells.length === 3)
    .slice(2)
    .map(([situation = "", theirs = "", ours = ""]) => [situation, { theirs, ours }]),
);

const isMeasured = execFileSync("jq", ["--version"], { encoding: "utf8" }).trim() === "jq-1.6";

function outcome(workspace: Workspace, output: string, code: number | null): Outcome {
  return { code, output: workspace.read(output) };
}

/** What people write: the environment's value into the file, by way of a pipe. */
function oneLiner(workspace: Workspace, input: string, output: string, variables: Record<string, string>): Outcome {
  const filter = `jq --arg e "$APP_ENVIRONMENT" '.Application.Environment = $e'`;
  // Behind `cat`, who is first decides whether the file is emptied before it is read.
  const script = input === output ? `${filter} ${input} > ${output}` : `cat ${input} | ${filter} > ${output}`;
  const options = { cwd: workspace.directory, env: { PATH: process.env.PATH, ...variables } };
  return outcome(workspace, output, spawnSync("sh", ["-c", script], options).status);
}

/** Compares a cell of the table with what happened: `exit N`, empty, the old output, or pieces of the text in backquotes. */
function assertSaid(cell: string, { code, output }: Outcome, old: string): void {
  assert.equal(code, Number(/^exit (\d+)/.exec(cell)?.[1]), cell);
  if (cell.includes("empty")) assert.equal(output, "", cell);
  else if (cell.includes("the old output")) assert.equal(output, old, cell);
  else {
    const visible = output.replaceAll("\ufeff", "␣").replaceAll("\r", "␍").replaceAll("\n", "⏎");
    const pieces = [...cell.matchAll(/`([^`]+)`/g)].map(([, piece]) => piece as string);
    assert.ok(pieces.length > 0, cell);
    for (const piece of pieces) assert.ok(visible.includes(piece), `${piece} is not in ${visible}`);
  }
}

test("the guide's table has every situation that is tested here, and no other", () => {
  assert.deepEqual([...rows.keys()], Object.keys(situations));
});

for (const [situation, { source, env: variables = {}, inPlace = false }] of Object.entries(situations)) {
  test(`${situation}: the guide says what the one-liner and config-merge leave`, async (t) => {
    const { theirs, ours } = rows.get(situation) as { theirs: string; ours: string };
    const workspace = new Workspace(t);
    const output = inPlace ? "in.json" : "out.json";
    const prepare = () => {
      workspace.write(output, "old");
      if (source !== undefined) workspace.write("in.json", source);
    };
    prepare();
    const before = oneLiner(workspace, "in.json", output, variables);
    if (isMeasured) assertSaid(theirs, before, "old");
    else assert.equal(before.code === 0, theirs.startsWith("exit 0"), "other versions of jq end in other ways");
    prepare();
    const { code } = await workspace.merge(
      ["./in.json", "Application.Environment=env:APP_ENVIRONMENT", "-o", output],
      variables,
    );
    assertSaid(ours, outcome(workspace, output, code), "old");
    if (code === 0) assert.equal(workspace.read(output), source?.replace("DEV", "TEST"), "no other byte changes");
  });
}
