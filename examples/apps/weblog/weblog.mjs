// A tiny web server that logs as nginx does: access.log in the combined format, error.log for what it cannot find.
// SIGUSR1 makes it open its log files again, which is what logrotate's `create` mode relies on.
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const port = Number(process.env.PORT ?? 80);
const directory = process.env.WEBLOG_DIRECTORY ?? "/var/log/nginx";
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
let files = {};
let connections = 0;

function open() {
  for (const descriptor of Object.values(files)) closeSync(descriptor);
  files = { access: openSync(join(directory, "access.log"), "a"), error: openSync(join(directory, "error.log"), "a") };
}

function times(now) {
  const [date, clock] = now.toISOString().split(/[T.]/);
  const [year, month, day] = date.split("-");
  return {
    common: `${day}/${months[Number(month) - 1]}/${year}:${clock} +0000`,
    plain: `${year}/${month}/${day} ${clock}`,
  };
}

function respond(request, response, connection) {
  const found = request.url.split("?")[0] === "/";
  const body = found ? "<h1>Welcome</h1>\n" : "<h1>404 Not Found</h1>\n";
  response.writeHead(found ? 200 : 404, { "Content-Type": "text/html", "Content-Length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
  const client = request.socket.remoteAddress.replace(/^::ffff:/, "");
  const line = `${request.method} ${request.url} HTTP/${request.httpVersion}`;
  const { referer = "-", "user-agent": agent = "-", host = "" } = request.headers;
  const { common, plain } = times(new Date());
  writeSync(
    files.access,
    `${client} - - [${common}] "${line}" ${response.statusCode} ${body.length} "${referer}" "${agent}"\n`,
  );
  if (!found) {
    const path = `/usr/share/nginx/html${request.url.split("?")[0]}`;
    const reason = `open() "${path}" failed (2: No such file or directory)`;
    const about = `client: ${client}, server: localhost, request: "${line}", host: "${host}"`;
    writeSync(files.error, `${plain} [error] ${process.pid}#${process.pid}: *${connection} ${reason}, ${about}\n`);
  }
}

mkdirSync(directory, { recursive: true });
open();
createServer((request, response) => respond(request, response, request.socket.number))
  .on("connection", (socket) => {
    connections += 1;
    socket.number = connections;
  })
  .listen(port, process.env.HOST);

process.on("SIGUSR1", open);
process.on("SIGTERM", () => process.exit(0));
