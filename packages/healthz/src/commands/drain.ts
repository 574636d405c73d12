import { request } from "node:http";
import { RuntimeFailure, systemCode, UsageError } from "@outrigger/runtime/errors";
import type { CommandContext } from "@outrigger/runtime/tool";
import type { HealthConfig } from "../config.ts";
import { ADMIN_PREFIX } from "../paths.ts";

const METHODS = { on: "POST", off: "DELETE" } as const;

const TIMEOUT_MS = 3000;

/**
 * `healthz drain [on|off]`: takes the application out of traffic, or back into it, through the healthz that runs beside this
 * process with the same configuration. For an `exec` preStop hook.
 */
export async function drain({ args, load }: CommandContext<HealthConfig>): Promise<number> {
  const [word = "on", ...rest] = args[0]?.startsWith("-") ? ["on", ...args] : args;
  if (word !== "on" && word !== "off") throw new UsageError(`drain ${word}: write drain on, or drain off`);
  const { config } = await load(rest);
  if (config.port === 0) throw new UsageError("drain: health.port is 0, so the port is unknown; set it");
  await send(METHODS[word], config.port);
  return 0;
}

function send(method: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      method,
      path: `${ADMIN_PREFIX}/drain`,
      agent: false,
      timeout: TIMEOUT_MS,
    };
    const failed = (reason: string) => {
      const message = `cannot drain the healthz on port ${port}: ${reason}; start it, or name its port with --port`;
      reject(new RuntimeFailure("drain", message));
    };
    const asked = request(options, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else failed(`it answered ${response.statusCode}`);
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    asked.on("error", (error) =>
      failed(systemCode(error) === "ECONNREFUSED" ? "nothing listens there" : error.message),
    );
    asked.end();
  });
}
