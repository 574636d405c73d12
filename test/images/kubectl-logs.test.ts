// What a container runtime makes of the tailer's output: the log format of CRI, in which a runtime splits long lines into pieces
// (`P`) and `kubectl logs` ends a line only where a piece is the last (`F`).
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { runTool } from "../harness/tool.ts";
import { type Container, engineOutput, restricted, startContainer, withoutImages } from "./engine.ts";

const image = "outrigger/log-tailer";
const long = `${"x".repeat(20_000)} ${"y".repeat(20_000)}`;

interface Piece {
  readonly stream: string;
  readonly isLast: boolean;
  readonly text: string;
}

/** A directory that any user may read, with the application's log in it. */
function logDirectory(t: TestContext, content: string): string {
  const directory = temporaryDirectory(t);
  chmodSync(directory, 0o755);
  writeFileSync(path.join(directory, "app.log"), content);
  return directory;
}

/** The tailer in a container whose output goes to a file as on a Kubernetes node. */
function startTailer(t: TestContext, directory: string, ...args: string[]): { container: Container; log: string } {
  const log = path.join(temporaryDirectory(t), "0.log");
  const logging = ["--log-driver", "k8s-file", "--log-opt", `path=${log}`];
  const volume = ["--volume", `${directory}:/logs:ro`];
  const container = startContainer(
    t,
    ...restricted,
    ...logging,
    ...volume,
    "--network",
    "none",
    image,
    "/logs/app.log",
    ...args,
  );
  return { container, log };
}

function piecesOf(log: string): Piece[] {
  const lines = readFileSync(log, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => {
    const [, stream = "", tag, text = ""] = /^\S+ (\S+) ([FP])\S* ?(.*)$/.exec(line) ?? [];
    return { stream, isLast: tag === "F", text };
  });
}

/** What `kubectl logs` shows of standard output; nothing may be left open. */
function shown(log: string): string[] {
  const pieces = piecesOf(log).filter(({ stream }) => stream === "stdout");
  assert.ok(pieces.at(-1)?.isLast ?? true, "the last piece has no end");
  const lines: string[] = [];
  let begun = "";
  for (const { text, isLast } of pieces) {
    begun += text;
    if (!isLast) continue;
    lines.push(begun);
    begun = "";
  }
  return lines;
}

describe("the log that a container runtime writes", { skip: withoutImages() }, () => {
  test("lines over 16 KiB are split by the runtime and whole again where pieces are joined", async (t) => {
    const directory = logDirectory(t, `short\n${long}\nnext\n`);
    const { container, log } = startTailer(t, directory);
    await eventually(() => assert.deepEqual(shown(log), ["short", long, "next"]));
    assert.ok(piecesOf(log).some(({ isLast }) => !isLast));
    assert.equal(container.stop().code, 0);
    const joined = await runTool("log-tailer", ["--once", log, "--parse", "cri", "--output", "json"]);
    const records = joined.stdout.split("\n").slice(0, -1);
    const messages = records.map((line) => JSON.parse(line)).filter(({ fields }) => fields.stream === "stdout");
    assert.deepEqual(
      messages.map(({ message }) => message),
      ["short", long, "next"],
    );
  });

  test("a JSON record over 16 KiB is one line, and valid once its pieces are joined", async (t) => {
    const directory = logDirectory(t, `${long}\nnext\n`);
    const { log } = startTailer(t, directory, "--output", "json");
    await eventually(() => assert.equal(shown(log).length, 2));
    assert.deepEqual(
      shown(log).map((line) => (JSON.parse(line) as { message: string }).message),
      [long, "next"],
    );
    assert.throws(() => JSON.parse(piecesOf(log)[0]!.text));
  });

  test("SIGTERM in the middle of a line, long or short: the line is ended", async (t) => {
    for (const half of ["half", long.slice(0, 30_000)]) {
      const directory = logDirectory(t, `one\n${half}`);
      const { container, log } = startTailer(t, directory, "--set", "logs.partialFlush=1h");
      await eventually(() => assert.match(readFileSync(log, "utf8"), /one/));
      assert.equal(container.stop().code, 0);
      await eventually(() => assert.deepEqual(shown(log), ["one", half]));
    }
  });

  test("a writer that is killed in the middle of a line: what it wrote is ended, and the next line is its own", async (t) => {
    const directory = logDirectory(t, "");
    const { log } = startTailer(t, directory, "--set", "logs.partialFlush=200ms");
    const script = (text: string) =>
      `require("node:fs").appendFileSync("/logs/app.log", ${JSON.stringify(text)}); setInterval(() => {}, 1000)`;
    const run = (text: string) =>
      startContainer(
        t,
        ...["--user", "0", "--network", "none", "--volume", `${directory}:/logs`, "--entrypoint", "/nodejs/bin/node"],
        image,
        "-e",
        script(text),
      );
    const first = run(`one\n${long.slice(0, 30_000)}`);
    await eventually(() => assert.match(readFileSync(path.join(directory, "app.log"), "utf8"), /one/));
    engineOutput("kill", "--signal", "KILL", first.id);
    await eventually(() => assert.deepEqual(shown(log), ["one", long.slice(0, 30_000)]));
    run("two\n");
    await eventually(() => assert.deepEqual(shown(log), ["one", long.slice(0, 30_000), "two"]));
  });
});
