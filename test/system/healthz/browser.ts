import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { eventually, type Patience } from "../../harness/eventually.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";

export const CHROMIUM = "/usr/bin/chromium";

/** One tab of a real browser, driven over the DevTools protocol. */
export interface Tab {
  /** The value of an expression, once its promise is resolved. */
  evaluate(expression: string): Promise<unknown>;
  navigate(url: string): Promise<void>;
  /** Shows the page as a phone of this width would, in CSS pixels. */
  resize(width: number, height: number): Promise<void>;
  /** What the page's scripts threw and what the browser refused to load or run. */
  readonly complaints: string[];
}

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** A browser on a busy machine takes its time. */
export const PATIENT: Patience = { ms: 30_000 };

/** Starts a browser with a profile of its own and opens a tab; both end with the test. */
export async function openTab(t: TestContext): Promise<Tab> {
  const profile = temporaryDirectory(t);
  const args = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
  ];
  const browser = spawn(CHROMIUM, [...args, `--user-data-dir=${profile}`, "about:blank"], { stdio: "ignore" });
  const ended = new Promise((resolve) => browser.once("exit", resolve));
  atEnd(t, async () => {
    browser.kill("SIGKILL");
    await ended;
  });
  const portFile = path.join(profile, "DevToolsActivePort");
  const port = await eventually(() => {
    // The file is there before its lines are.
    const [, written] = /^(\d+)\n/.exec(existsSync(portFile) ? readFileSync(portFile, "utf8") : "") ?? [];
    if (written === undefined) throw new Error("the browser is not up yet");
    return Number(written);
  }, PATIENT);
  const target = await eventually(async () => {
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    const page = targets.find(({ type }) => type === "page");
    if (page === undefined) throw new Error("there is no tab yet");
    return page.webSocketDebuggerUrl;
  }, PATIENT);
  return connect(target);
}

async function connect(url: string): Promise<Tab> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  const pending = new Map<number, (message: Message) => void>();
  const complaints: string[] = [];
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) pending.get(message.id)?.(message);
    if (message.method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(message.params));
    if (message.method === "Log.entryAdded") {
      const { entry } = message.params as { entry: { source: string; text: string } };
      if (entry.source === "security") complaints.push(entry.text);
    }
  });
  let last = 0;
  const send = async (method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> => {
    const id = ++last;
    const answer = await new Promise<Message>((resolve) => {
      pending.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
    pending.delete(id);
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result ?? {};
  };
  for (const domain of ["Page", "Runtime", "Log"]) await send(`${domain}.enable`);
  return {
    complaints,
    async evaluate(expression) {
      const answer = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
      if (answer.exceptionDetails !== undefined) throw new Error(JSON.stringify(answer.exceptionDetails));
      return (answer.result as { value?: unknown }).value;
    },
    async navigate(to) {
      await send("Page.navigate", { url: to });
      await eventually(async () => {
        const { result } = await send("Runtime.evaluate", {
          expression: "document.readyState + location.href",
          returnByValue: true,
        });
        if ((result as { value: string }).value !== `complete${to}`) throw new Error("the page is not there yet");
      }, PATIENT);
    },
    async resize(width, height) {
      await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 2, mobile: true });
    },
  };
}
