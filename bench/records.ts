/** The library of log records against the plainest code for the same work, as whole processes. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { BenchCase } from "./case.ts";
import { cpuOf } from "./measure.ts";

const tool = "records";
const lines = 400_000;

const pad = (value: number, width: number) => String(value).padStart(width, "0");
const clock = (index: number) =>
  `${pad(Math.floor(index / 60_000) % 60, 2)}:${pad(Math.floor(index / 1000) % 60, 2)}.${pad(index % 1000, 3)}`;

/** Lines of about 120 bytes, as Serilog's file sink writes them. */
const text = (index: number) =>
  `2024-04-22 14:${clock(index)} +00:00 [INF] Environment: DEV; version: 1.0; request ${index} for a customer, taking 12.5 ms`;

/** Lines of about 240 bytes. */
const json = (index: number) =>
  `{"time":"2024-04-22T14:${clock(index)}Z","level":"info","msg":"request handled for customer ${index}","method":"GET","path":"/api/v1/items/${index}","status":200,"latency":12.${index % 9},"user":{"id":${index},"name":"bob"},"trace":"4bf92f3577b34da6a3ce929d0e0e4736"}`;

function converting(work: string, name: string, peer: string, line: (index: number) => string): BenchCase {
  return {
    tool,
    name: `${name}, ${lines.toLocaleString("en")} lines`,
    unit: "ms CPU",
    peer,
    rounds: 3,
    async prepare(directory) {
      const file = path.join(directory, "input.log");
      writeFileSync(file, Array.from({ length: lines }, (_, index) => `${line(index * 7)}\n`).join(""));
      const program = path.join(import.meta.dirname, "records/convert.ts");
      const run = (how: string) => async () => {
        const command = [process.execPath, "--max-semi-space-size=2", program, work, how, file];
        return (await cpuOf(command)).cpuMs;
      };
      return { ours: run("ours"), peer: run("plain") };
    },
  };
}

export const cases: BenchCase[] = [
  converting("wrap", "wrap text in JSON", "JSON.stringify for each line", text),
  converting("json", "parse JSON to JSON", "JSON.parse and JSON.stringify", json),
  converting("serilog", "parse Serilog text to JSON", "one pattern and JSON.stringify", text),
  converting("redact", "redact five secrets in clean lines", "one pattern for two of them", text),
];
