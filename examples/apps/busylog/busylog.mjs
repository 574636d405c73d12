// Appends a line with the date of `date(1)` in front to a log file every 5 s, and nothing else.
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

const log = process.env.BUSYLOG_FILE ?? "/var/log/file.log";
const interval = Number(process.env.INTERVAL_SECONDS ?? 5);

function write() {
  // toUTCString: "Mon, 22 Apr 2024 14:29:49 GMT"; date(1): "Mon Apr 22 14:29:49 UTC 2024", the day padded with a space.
  const [, weekday, day, month, year, clock] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date().toUTCString());
  appendFileSync(log, `${weekday} ${month} ${String(Number(day)).padStart(2)} ${clock} UTC ${year}#This is log\n`);
}

mkdirSync(dirname(log), { recursive: true });
write();
setInterval(write, interval * 1000);

process.on("SIGTERM", () => process.exit(0));
