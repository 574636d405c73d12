// A web application with its own probe endpoints: not ready for the first 20 s, unhealthy after 40 s.
import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 3000);
const readyAfter = Number(process.env.READY_AFTER ?? 20);
const healthyFor = Number(process.env.HEALTHY_FOR ?? 40);

function answer(path) {
  if (path === "/healthz") return process.uptime() < healthyFor ? [200, "OK"] : [500, "unhealthy"];
  if (path === "/ready") return process.uptime() < readyAfter ? [500, "not ready"] : [200, "OK"];
  return path === "/" ? [200, "Hello from Node.js"] : [404, "not found"];
}

createServer((request, response) => {
  const [status, text] = answer(request.url);
  response.writeHead(status, { "Content-Type": "text/plain" }).end(`${text}\n`);
  console.log(`${request.method} ${request.url} ${status}`);
}).listen(port, process.env.HOST);

process.on("SIGTERM", () => process.exit(0));
