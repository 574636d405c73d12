// A page with a button that asks the numbers API for a random number. Like every old HTTP client it takes its proxy from
// lower-case http_proxy, for localhost too unless no_proxy names it.
import { createServer, request } from "node:http";

const port = Number(process.env.PORT ?? 80);
const api = process.env.RngApi__Url ?? "http://numbers-api/sixeyed/kiamol/master/ch03/numbers/rng";

function proxyFor(url) {
  const exempt = (process.env.no_proxy ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean);
  if (exempt.some((entry) => entry === url.hostname || (entry.startsWith(".") && url.hostname.endsWith(entry))))
    return undefined;
  return process.env.http_proxy ? new URL(process.env.http_proxy) : undefined;
}

function get(url) {
  const proxy = proxyFor(url);
  const target = proxy
    ? { host: proxy.hostname, port: proxy.port || 80, path: url.href, headers: { Host: url.host } }
    : { host: url.hostname, port: url.port || 80, path: url.pathname + url.search };
  return new Promise((resolve, reject) => {
    request({ ...target, agent: false, timeout: 5000 }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode, body }));
      response.on("error", reject);
    })
      .on("timeout", function () {
        this.destroy(new Error("timeout"));
      })
      .on("error", reject)
      .end();
  });
}

async function number() {
  const { status, body } = await get(new URL(api));
  if (status !== 200 || !/^\s*-?\d+\s*$/.test(body)) throw new Error("not a number");
  return body.trim();
}

const escapeHtml = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function page(result) {
  return `<!DOCTYPE html>
<html>
<head><title>Random numbers</title></head>
<body>
<h1>Random Number Generator</h1>
<form method="post"><button>Go</button></form>
${result}
</body>
</html>
`;
}

async function result() {
  const source = `<p>(Using API at: ${escapeHtml(api)})</p>`;
  try {
    return `<p>Here it is: ${await number()}</p>\n${source}`;
  } catch {
    return `<p>RNG service unavailable!</p>\n${source}`;
  }
}

createServer(async (incoming, response) => {
  incoming.resume();
  const known = incoming.url.split("?")[0] === "/" && ["GET", "HEAD", "POST"].includes(incoming.method);
  const body = known ? page(incoming.method === "POST" ? await result() : "") : "Not found\n";
  response
    .writeHead(known ? 200 : 404, { "Content-Type": known ? "text/html; charset=utf-8" : "text/plain" })
    .end(body);
}).listen(port, process.env.HOST);

process.on("SIGTERM", () => process.exit(0));
