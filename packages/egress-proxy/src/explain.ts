import { Resolver } from "@outrigger/net/resolve";
import { UsageError } from "@outrigger/runtime/errors";
import { print } from "@outrigger/runtime/output";
import type { CommandContext } from "@outrigger/runtime/tool";
import type { EgressConfig } from "./config.ts";
import { OwnListeners } from "./own-listeners.ts";
import { positionalAt } from "./positional.ts";
import { isStandIn } from "./routes/stand-in.ts";
import { createSnapshot } from "./snapshot.ts";
import { verdictOn } from "./verdict.ts";
import { wantedListeners } from "./wanted-listeners.ts";

/** What the system may take `localhost` in `egress.listen` for. */
const LOOPBACK = ["127.0.0.1", "::1"];

/** `egress-proxy explain URL`: the verdict of the deciding code itself, DNS included. 0 allowed, 1 denied. */
export async function explain({ args, load }: CommandContext<EgressConfig>): Promise<number> {
  const at = positionalAt(args);
  const url = args[at];
  if (url === undefined) throw new UsageError("explain needs a URL: egress-proxy explain https://example.com/");
  const { config } = await load(args.toSpliced(at, 1));
  const own = new OwnListeners();
  for (const { host = "::", port } of wantedListeners(config).values()) {
    for (const address of host === "localhost" ? LOOPBACK : [host]) own.add({ address, port });
  }
  own.add({ address: "::", port: config.admin.port });
  const resolver = new Resolver({
    servers: config.dns.servers,
    isStandIn: (address) => isStandIn(config.routes, address),
  });
  const lines = await verdictOn(url, createSnapshot(config, own), resolver);
  await print(`${lines.join("\n")}\n`);
  return lines[0]?.startsWith("allowed") ? 0 : 1;
}
