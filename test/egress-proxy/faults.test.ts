// Answers that end, break off or fall silent at every byte: what the client gets says so, and is never more than what came.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { type RunningProxy, startProxy } from "./support/proxy.ts";
import { exchange, statusOf } from "./support/raw.ts";
import { fileScope } from "./support/scope.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";

const t = fileScope();
let upstream: Upstream;
let proxy: RunningProxy;
/** For answers that never end. */
let impatient: RunningProxy;

interface Answer {
  readonly head: string;
  readonly body: string;
  readonly content: string;
}

const answers: Record<string, Answer> = {
  length: { head: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", body: "hello", content: "hello" },
  chunks: {
    head: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    body: "5\r\nhello\r\n0\r\nX: y\r\n\r\n",
    content: "hello",
  },
  close: { head: "HTTP/1.1 200 OK\r\n\r\n", body: "hello", content: "hello" },
  interim: {
    head: "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
    body: "",
    content: "",
  },
};

before(async () => {
  // The path says what to answer, how much of it, and what then.
  upstream = await startUpstream(t, (socket, _received, chunk) => {
    const [, name = "", at, how] = /^GET \/(\w+)\/(\d+)\/(\w+) .*\r\n\r\n$/s.exec(chunk.toString("latin1")) ?? [];
    const answer = answers[name];
    if (answer === undefined) return;
    socket.write((answer.head + answer.body).slice(0, Number(at)), () => {
      if (how === "end") socket.end();
      else if (how === "reset") socket.resetAndDestroy();
    });
  });
  const allow = [`localhost:${upstream.port}`];
  proxy = await startProxy(t, { allow });
  // Longer than the server needs for all answers at once, on a busy machine too.
  impatient = await startProxy(t, { allow, timeouts: { idle: "5s" } });
});

const ask = ({ port }: RunningProxy, path: string) =>
  exchange(port, `GET http://localhost:${upstream.port}${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);

/** The final answer as a client reads it. */
function read(text: string): { status: number; content: string; isWhole: boolean } {
  const final = text.replace(/^HTTP\/1\.1 103 .*?\r\n\r\n/s, "");
  const end = final.indexOf("\r\n\r\n");
  const [head, body] = [final.slice(0, end), final.slice(end + 4)];
  const status = statusOf(final);
  if (!/Transfer-Encoding: chunked/.test(head)) {
    const length = Number(/Content-Length: (\d+)/.exec(head)?.[1] ?? 0);
    return { status, content: body, isWhole: body.length === length };
  }
  const content = [...body.matchAll(/[1-9a-f]\r\n(\w+)\r\n/g)].map(([, chunk]) => chunk).join("");
  return { status, content, isWhole: /(?:^|\r\n)0\r\n(?:X: y\r\n)?\r\n$/.test(body) };
}

type Fault = "end" | "reset" | "silence";

/** The answer up to this byte, and then the fault. */
async function breakOff(name: string, { head, body, content }: Answer, at: number, how: Fault): Promise<void> {
  const total = head.length + body.length;
  const text = await ask(how === "silence" ? impatient : proxy, `/${name}/${at}/${how}`);
  const seen = read(text);
  const where = `${name}, ${how} at ${at} of ${total}: ${JSON.stringify(text)}`;
  if (seen.status >= 500) {
    assert.ok(seen.isWhole, where);
    assert.equal(seen.status, how === "silence" ? 504 : 502, where);
    // What is read together with a reset may be lost with it.
    assert.ok(at < head.length || how === "reset", where);
    return;
  }
  assert.ok(at >= head.length && content.startsWith(seen.content), where);
  const hasEnd = name === "close" ? how === "end" : at === total;
  if (how !== "reset" || !hasEnd) assert.equal(seen.isWhole, hasEnd, where);
  if (seen.isWhole && at === total) assert.equal(seen.content, content, where);
}

const everyByte = (name: string, answer: Answer, how: Fault) =>
  Array.from({ length: answer.head.length + answer.body.length + 1 }, (_, at) => breakOff(name, answer, at, how));

for (const [name, answer] of Object.entries(answers)) {
  for (const how of ["end", "reset"] as const) {
    test(`an answer (${name}) with ${how} at every byte`, async () => {
      await Promise.all(everyByte(name, answer, how));
    });
  }
}

test("answers that fall silent at every byte", async () => {
  await Promise.all(Object.entries(answers).flatMap(([name, answer]) => everyByte(name, answer, "silence")));
});

test("and the proxies have found nothing wrong with themselves", () => {
  for (const { tool } of [proxy, impatient]) {
    assert.equal(tool.running, true);
    assert.deepEqual(
      tool.logs.filter(({ level }) => level === "error"),
      [],
    );
  }
});
