import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, closeSync, openSync, readdirSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { setImmediate, setTimeout } from "node:timers/promises";
import { eventually } from "../../harness/eventually.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { startTool } from "../../harness/tool.ts";

const total = 20_000;
/** More than the clock of logrotate's time(2), which the kernel moves on at every tick, may be behind. */
const clockLag = 50;

interface Scheme {
  readonly name: string;
  readonly directives: string;
  /** The application keeps its descriptor until it is told to open the file again. */
  readonly reopens: boolean;
  /** A rotation after every so many lines: a few milliseconds apart, unless the names are by the second. */
  readonly perRotation: number;
}

const schemes: Scheme[] = [
  { name: "create", directives: "create 0644", reopens: true, perRotation: 250 },
  {
    name: "create and dateext",
    directives: "create 0644\n  dateext\n  dateformat -%Y%m%d-%s",
    reopens: true,
    perRotation: 7000,
  },
  {
    name: "create and delayed compression",
    directives: "create 0644\n  compress\n  delaycompress",
    reopens: true,
    perRotation: 250,
  },
  { name: "copytruncate", directives: "copytruncate", reopens: false, perRotation: 250 },
];

describe("logrotate at a rapid tempo: every numbered line arrives exactly once, in order", () => {
  for (const { name, directives, reopens, perRotation } of schemes) {
    for (const watch of ["inotify", "poll"]) {
      it(`${name}, ${watch}`, async (t) => {
        const directory = temporaryDirectory(t);
        const log = path.join(directory, "app.log");
        writeFileSync(log, "");
        const configuration = path.join(directory, "logrotate.conf");
        writeFileSync(configuration, `${log} {\n  rotate 1000\n  nomail\n  ${directives}\n}\n`, { mode: 0o644 });
        const rotate = () =>
          execFileSync("/usr/sbin/logrotate", ["-f", "-s", path.join(directory, "state"), configuration], {
            stdio: "pipe",
          });

        const settings = [
          "--set",
          `logs.watch=${watch}`,
          "--set",
          "logs.pollInterval=20ms",
          "--set",
          "logs.admin.port=0",
        ];
        const tailer = startTool("log-tailer", [log, ...settings], { test: t });
        // Backups from before the first look are history.
        appendFileSync(log, "begin\n");
        await tailer.waitFor("begin\n");
        let fd = openSync(log, "a");
        let second = 0;
        for (let line = 1; line <= total; line++) {
          writeSync(fd, `${line}\n`);
          if (line % perRotation !== 0) continue;
          const isOver = () => Math.floor((Date.now() - clockLag) / 1000) > second;
          while (directives.includes("%s") && !isOver()) await setTimeout(20);
          // Between the copy and the truncation nothing is written: nobody could know of it.
          rotate();
          // Not before it: when logrotate makes the name, another second may have begun.
          second = Math.floor(Date.now() / 1000);
          // What is compressed before anybody has looked at it can be read by nobody.
          if (directives.includes("compress")) await tailer.waitFor(`\n${line}\n`);
          if (reopens) {
            closeSync(fd);
            fd = openSync(log, "a");
          }
          await setImmediate();
        }
        closeSync(fd);
        appendFileSync(log, "end\n");
        await eventually(() => assert.ok(tailer.stdout.endsWith("end\n")), { ms: 20_000 });
        const { code } = await tailer.stop();
        assert.equal(code, 0);
        const expected = `begin\n${Array.from({ length: total }, (_, index) => index + 1).join("\n")}\nend\n`;
        assert.ok(tailer.stdout === expected, describeDifference(tailer.stdout, expected));
        assert.ok(readdirSync(directory).length > total / perRotation, "it was rotated all the time");
      });
    }
  }
});

function describeDifference(actual: string, expected: string): string {
  const lines = actual.split("\n");
  const wanted = expected.split("\n");
  const at = lines.findIndex((line, index) => line !== wanted[index]);
  return `${lines.length} lines instead of ${wanted.length}; first difference at ${at}: ${lines.slice(at, at + 5)} instead of ${wanted.slice(at, at + 5)}`;
}
