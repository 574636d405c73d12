// A small program of the old school: it writes the time to a log file every few seconds, says nothing on stdout and
// answers no questions. Configured like a .NET service: appsettings.json beside the program, then
// /config/appsettings.json when it is there, then variables such as Application__Environment.
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";

const overrides = process.env.TIMECHECK_CONFIG ?? "/config/appsettings.json";
const log = process.env.TIMECHECK_LOG ?? "/logs/timecheck.log";

// .NET's configuration is one flat list of keys that ignore case: "timer:intervalseconds" = "5".
const settings = new Map();

function add(value, path) {
  if (value !== null && typeof value === "object") {
    for (const [key, child] of Object.entries(value)) add(child, [...path, key]);
  } else {
    settings.set(path.join(":").toLowerCase(), String(value ?? ""));
  }
}

function addFile(file, { optional = false } = {}) {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (optional && error.code === "ENOENT") return;
    throw error;
  }
  add(JSON.parse(text.replace(/^\uFEFF/, "")), []);
}

addFile(join(import.meta.dirname, "appsettings.json"));
addFile(overrides, { optional: true });
for (const [name, value] of Object.entries(process.env)) add(value, name.split(/__|:/));

const version = settings.get("application:version");
const environment = settings.get("application:environment");
const interval = Number(settings.get("timer:intervalseconds"));
if (!(interval > 0)) throw new Error("Timer:IntervalSeconds must be a number greater than zero");

const two = (number) => String(number).padStart(2, "0");

function timestamp(now) {
  const offset = -now.getTimezoneOffset();
  const local = new Date(now.getTime() + offset * 60_000).toISOString();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${local.slice(0, 10)} ${local.slice(11, 23)} ${zone}`;
}

let checks = 0;

function check() {
  const now = new Date();
  const clock = `${two(now.getHours())}:${two(now.getMinutes())}.${two(now.getSeconds())}`;
  const text = `Environment: ${environment}; version: ${version}; time check: ${clock}`;
  appendFileSync(log, `${timestamp(now)} [INF] ${text}\n`);
  checks += 1;
}

mkdirSync(dirname(log), { recursive: true });
check();
setInterval(check, interval * 1000);

// Off by default, and on healthz's default port when somebody switches it on.
if (settings.get("metrics:enabled").toLowerCase() === "true") {
  createServer((_request, response) => {
    response.setHeader("Content-Type", "text/plain; version=0.0.4");
    response.end(`# TYPE timecheck_total counter\ntimecheck_total ${checks}\n`);
  }).listen(Number(settings.get("metrics:port")));
}

process.on("SIGTERM", () => process.exit(0));
