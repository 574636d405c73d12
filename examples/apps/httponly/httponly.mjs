// Speaks plain HTTP, on 127.0.0.1 only, and shows what a proxy in front of it says about the client's connection.
import { createServer } from "node:http";

const port = Number(process.env.PORT ?? 8080);

createServer((request, response) => {
  const { host, "x-forwarded-proto": proto = "none", "x-forwarded-for": client = "none" } = request.headers;
  response.writeHead(200, { "Content-Type": "text/plain" });
  response.end(`Hello over plain HTTP\nhost: ${host}\nforwarded proto: ${proto}\nforwarded for: ${client}\n`);
}).listen(port, "127.0.0.1");

process.on("SIGTERM", () => process.exit(0));
