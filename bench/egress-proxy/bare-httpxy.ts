/** The peer: a reverse proxy of three lines on httpxy with kept connections. Arguments: its port, the origin's port. */
import { Agent, createServer } from "node:http";
import { createProxyServer } from "http-proxy";

const [port = "", originPort = ""] = process.argv.slice(2);
const proxy = createProxyServer({ agent: new Agent({ keepAlive: true }), target: `http://127.0.0.1:${originPort}` });
createServer((request, response) => void proxy.web(request, response)).listen(Number(port), "127.0.0.1");
process.on("SIGTERM", () => process.exit());
