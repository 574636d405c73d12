import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, cpuOf, median } from "../../bench/measure.ts";

const node = process.execPath;
const busy = (ms: number) =>
  `const end = process.cpuUsage().user / 1000 + ${ms}; while (process.cpuUsage().user / 1000 < end);`;

test("the CPU time of a command includes that of its children", async () => {
  const script = `require("node:child_process").spawnSync(process.execPath, ["-e", ${JSON.stringify(busy(150))}])`;
  const { cpuMs, wallMs, code } = await cpuOf([node, "-e", script]);
  assert.equal(code, 0);
  assert.ok(cpuMs >= 150, `${cpuMs} ms`);
  assert.ok(wallMs >= 150, `${wallMs} ms`);
});

test("the peak of memory is that of the process, in KiB", async () => {
  const script = "const block = Buffer.alloc(200 * 1024 * 1024, 1); setTimeout(() => block.length, 100)";
  const { peakRssKb } = await cpuOf([node, "-e", script]);
  assert.ok(peakRssKb > 200 * 1024 && peakRssKb < 400 * 1024, `${peakRssKb} KiB`);
});

test("the exit status and the arguments pass unchanged", async () => {
  assert.equal((await cpuOf([node, "-e", "process.exit(Number(process.argv[1]))", "7"])).code, 7);
  assert.equal(
    (await cpuOf([node, "-e", "process.exit(process.argv[1] === 'a b $HOME' ? 0 : 1)", "a b $HOME"])).code,
    0,
  );
});

test("a command that does not end is killed, with its children, and reported", async () => {
  await assert.rejects(
    cpuOf([node, "-e", "setInterval(() => {}, 1000)"], { timeoutMs: 300 }),
    /did not end within 300 ms/,
  );
});

test("two measurements alternate, and the ratio is the median of the rounds'", async () => {
  const order: string[] = [];
  const measured = (name: string, figures: number[]) => async () => {
    order.push(name);
    return figures.shift() ?? Number.NaN;
  };
  const result = await compare(measured("ours", [1, 2, 30]), measured("peer", [2, 2, 10]), { rounds: 3 });
  assert.equal(order.join(" "), "ours peer peer ours ours peer");
  assert.deepEqual(result, { ours: 2, peer: 2, ratio: 1, spread: [0.5, 3] });
});

test("the median of an even number of values lies between the two in the middle", () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([3, 1, 2]), 2);
});
