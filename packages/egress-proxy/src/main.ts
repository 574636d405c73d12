import { settingFlag } from "@outrigger/runtime/options";
import { runTool } from "@outrigger/runtime/tool";
import type { EgressConfig } from "./config.ts";

/** The program `egress-proxy`. @param argv arguments without the interpreter and the script. */
export function main(argv: readonly string[]): Promise<void> {
  return runTool<EgressConfig>(
    {
      tool: "egress-proxy",
      summary: "An allow-list for an application's outgoing connections, and local routes to remote services.",
      usage: "[--allow HOST[:PORT]]… [--route FROM=TO]… [--listen ADDR] [--mode M]",
      section: () => import("./config.ts").then(({ egressSection }) => egressSection),
      flags: [
        {
          name: "allow",
          metavar: "HOST[:PORT]",
          description: "allow a destination, besides those of the file",
          assign: (value) => [{ path: ["egress", "allow"], value, origin: "--allow", append: true }],
        },
        {
          name: "route",
          metavar: "FROM=TO",
          description: "send requests for one URL to another",
          assign: (value) => [assignRoute(value)],
        },
        settingFlag("listen", "ADDR", "egress.listen", "where the proxy listens, 127.0.0.1:1080 by default"),
        settingFlag("mode", "M", "egress.mode", "enforce, report or learn"),
      ],
      start: () => import("./service.ts").then(({ start }) => start),
      commands: {
        explain: {
          usage: "explain URL",
          summary: "say whether a URL is allowed and why; exit 0 allowed, 1 denied",
          run: (context) => import("./explain.ts").then(({ explain }) => explain(context)),
        },
        suggest: {
          usage: "suggest [FILE|-]",
          summary: "turn what learn or report let pass into allow entries; from the running proxy, or from audit lines",
          run: (context) => import("./suggest.ts").then(({ suggest }) => suggest(context)),
        },
      },
    },
    argv,
  );
}

function assignRoute(value: string) {
  const equals = value.indexOf("=");
  const from = equals < 0 ? value : value.slice(0, equals);
  // Without "=" the upstream is empty, which the schema refuses with a message about this option.
  const to = equals < 0 ? "" : value.slice(equals + 1);
  return { path: ["egress", "routes", from], value: to, origin: "--route" };
}
