// The web application before anybody thought of probes: one page, and after HANG_AFTER seconds (0: never) a dead lock:
// the kernel still accepts connections, nobody answers them.
import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 3000);
const hangAfter = Number(process.env.HANG_AFTER ?? 0);

createServer((request, response) => {
  const status = request.url === "/" ? 200 : 404;
  response
    .writeHead(status, { "Content-Type": "text/plain" })
    .end(status === 200 ? "Hello from Node.js\n" : "not found\n");
  console.log(`${request.method} ${request.url} ${status}`);
}).listen(port, process.env.HOST);

if (hangAfter > 0) {
  setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), hangAfter * 1000);
}

process.on("SIGTERM", () => process.exit(0));
