// Answers GET /rng with a random number from 0 to 99. FailAfterCallCount=N breaks it after N numbers until /reset.
import { randomInt } from "node:crypto";
import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 80);
const failAfter = Number(process.env.FailAfterCallCount ?? -1);
const paths = ["/rng", "/sixeyed/kiamol/master/ch03/numbers/rng"];
let calls = 0;

function answer(path) {
  if (path === "/reset") {
    calls = 0;
    return [200, "Ok"];
  }
  if (failAfter >= 0 && calls >= failAfter) return [500, "Unhealthy"];
  if (path === "/healthz") return [200, "Ok"];
  if (!paths.includes(path)) return [404, "Not found"];
  calls += 1;
  return [200, String(randomInt(100))];
}

createServer((request, response) => {
  const [status, text] = answer(request.url.split("?")[0]);
  response.writeHead(status, { "Content-Type": "text/plain" }).end(text);
}).listen(port, process.env.HOST);

process.on("SIGTERM", () => process.exit(0));
