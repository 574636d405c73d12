import { request } from "node:http";

export interface Answer {
  status: number;
  /** The status line's phrase. */
  phrase: string;
  body: string;
}

export interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  /** The port of a forward proxy on this machine that is asked for the URL. */
  proxyPort?: number;
}

/** One HTTP request on a connection of its own; rejects when no whole answer came within five seconds. */
export function ask(url: string, { method = "GET", headers = {}, proxyPort }: AskOptions = {}): Promise<Answer> {
  const { hostname, port, pathname, search, host } = new URL(url);
  const target =
    proxyPort === undefined
      ? { host: hostname, port: port || 80, path: pathname + search }
      : { host: "127.0.0.1", port: proxyPort, path: url };
  return new Promise((resolve, reject) => {
    const client = request({ ...target, method, headers: { Host: host, ...headers }, agent: false });
    client.setTimeout(5000, () => client.destroy(new Error(`${url} did not answer within 5 s`)));
    client.on("error", reject);
    client.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        body += text;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, phrase: response.statusMessage ?? "", body }),
      );
    });
    client.end();
  });
}
