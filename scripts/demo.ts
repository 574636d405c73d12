// `npm run demo`: one legacy application with all its sidecars as plain processes, from one configuration file, exactly as
// the containers would run. `-- --once` does the tour once, checks what it shows, and ends with 0 or 1.
import { parseArgs } from "node:util";
import { openCast } from "./demo/cast.ts";
import { createScreen } from "./demo/screen.ts";
import { carryOn, tour } from "./demo/tour.ts";

const { values } = parseArgs({ options: { once: { type: "boolean", default: false } } });
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // The second one means: now. What was started dies with this process.
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort(new Error("interrupted"));
  });
}

const screen = createScreen(process.stdout);
const cast = await openCast(screen, interrupted.signal);
let status = 0;
try {
  await tour(cast, screen);
  if (!values.once) await carryOn(cast, screen, interrupted.signal);
} catch (error) {
  if (!interrupted.signal.aborted) {
    status = 1;
    screen.problem((error as Error).message);
  } else if (values.once) status = 130;
} finally {
  const clean = await cast.close();
  if (status === 0 && !clean) status = 1;
}
if (values.once && status === 0) screen.title("Everything was as it should be.");
process.exit(status);
