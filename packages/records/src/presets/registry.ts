import { apache } from "./apache.ts";
import { caddy } from "./caddy.ts";
import { dotnet } from "./dotnet.ts";
import { envoy } from "./envoy.ts";
import { gunicorn } from "./gunicorn.ts";
import { haproxy } from "./haproxy.ts";
import { iis } from "./iis.ts";
import { javaGc } from "./java-gc.ts";
import { json } from "./json.ts";
import { klog } from "./klog.ts";
import { log4j } from "./log4j.ts";
import { logfmt } from "./logfmt.ts";
import { mongodb } from "./mongodb.ts";
import { mysqlSlow } from "./mysql-slow.ts";
import { nginx } from "./nginx.ts";
import { nginxIngress } from "./nginx-ingress.ts";
import { pino } from "./pino.ts";
import { postfix } from "./postfix.ts";
import { postgres } from "./postgres.ts";
import type { Preset } from "./preset.ts";
import { python } from "./python.ts";
import { rails } from "./rails.ts";
import { redis } from "./redis.ts";
import { serilog } from "./serilog.ts";
import { spring } from "./spring.ts";
import { syslog } from "./syslog.ts";
import { traefik } from "./traefik.ts";

/** The formats whose fields a rule may use, by the name that the configuration gives them. */
export const presets: ReadonlyMap<string, Preset> = new Map<string, Preset>([
  ["nginx", nginx],
  ["apache", apache],
  ["nginx-ingress", nginxIngress],
  ["haproxy", haproxy],
  ["envoy", envoy],
  ["traefik", traefik],
  ["caddy", caddy],
  ["iis", iis],
  ["serilog", serilog],
  ["dotnet", dotnet],
  ["spring", spring],
  ["log4j", log4j],
  ["java-gc", javaGc],
  ["python", python],
  ["gunicorn", gunicorn],
  ["rails", rails],
  ["pino", pino],
  ["klog", klog],
  ["postgres", postgres],
  ["mysql-slow", mysqlSlow],
  ["redis", redis],
  ["mongodb", mongodb],
  ["postfix", postfix],
  ["syslog", syslog],
  ["json", json],
  ["logfmt", logfmt],
]);

/** The fields of a preset, aliases included; undefined when they are whatever a line has. */
export function presetFields(preset: Preset): readonly string[] | undefined {
  if (preset.kind === "logfmt") return undefined;
  if (preset.kind === "json") return preset.fields && Object.keys(preset.fields);
  const groups = [...preset.source.matchAll(/\(\?<([A-Za-z]\w*)>/g)].map((match) => match[1]!);
  return [...new Set([...groups, ...Object.keys(preset.aliases ?? {})])];
}
