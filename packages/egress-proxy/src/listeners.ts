import type { AddressInfo, Server } from "node:net";
import { systemCode } from "@outrigger/runtime/errors";
import { listen } from "@outrigger/runtime/listen";
import { Complaint } from "./complaint.ts";
import type { EgressConfig } from "./config.ts";
import type { Engine } from "./engine.ts";
import type { OwnListeners } from "./own-listeners.ts";
import { handleConnect, refuseConnect } from "./proxy/connect.ts";
import type { Connections } from "./proxy/connections.ts";
import { createListener, type HttpListener, type Service } from "./proxy/listener.ts";
import { handleRequest } from "./proxy/plain.ts";
import { createTcpListener } from "./proxy/tcp-route.ts";
import type { From, Route } from "./routes/route.ts";

interface Wanted {
  readonly host?: string | undefined;
  readonly port: number;
  /** The configuration key, for messages. */
  readonly key: string;
  /** What its routes are matched by; absent on the proxy port. */
  readonly from?: From;
  readonly certificate?: Route["certificate"];
  /** Its absence on this machine is no failure. */
  readonly optional?: boolean;
}

interface Open {
  readonly server: Server;
  /** Absent for TCP. */
  readonly listener?: HttpListener | undefined;
  readonly address: AddressInfo;
}

/** The proxy port and the routes' own ports, opened and closed as the configuration changes. */
export class Listeners {
  readonly #engine: Engine;
  readonly #connections: Connections;
  readonly #own: OwnListeners;
  #open = new Map<string, Open>();
  readonly #complaint = new Complaint();

  constructor(engine: Engine, connections: Connections, own: OwnListeners) {
    this.#engine = engine;
    this.#connections = connections;
    this.#own = own;
  }

  /** Addresses in use, the proxy port first. */
  get addresses(): AddressInfo[] {
    return [...this.#open.values()].map(({ address }) => address);
  }

  /**
   * Opens what the configuration wants and is not open yet. Nothing is closed before {@link Change.commit}.
   * @throws {RuntimeFailure} having closed again what it opened.
   */
  async prepare(config: EgressConfig): Promise<Change> {
    const wanted = wantedBy(config);
    const opened = new Map<string, Open>();
    try {
      for (const [id, where] of wanted) {
        if (this.#open.has(id)) continue;
        const open = await this.#listen(where);
        if (open) opened.set(id, open);
      }
    } catch (error) {
      close(opened.values());
      throw error;
    }
    return {
      abandon: () => close(opened.values()),
      commit: () => {
        for (const [id, { server, listener, address }] of this.#open) {
          if (wanted.has(id)) continue;
          server.close();
          listener?.retire();
          this.#own.remove(address);
          this.#open.delete(id);
        }
        for (const [id, open] of opened) {
          this.#own.add(open.address);
          this.#open.set(id, open);
        }
      },
    };
  }

  /** Ends connections without a request under way now, and others after their answer. */
  retire(): void {
    for (const { listener } of this.#open.values()) listener?.retire();
  }

  /** Stops accepting. */
  close(): void {
    close(this.#open.values());
    this.#open.clear();
  }

  async #listen(wanted: Wanted): Promise<Open | undefined> {
    const { host, port, key, optional } = wanted;
    const { server, listener } = await this.#create(wanted);
    try {
      const address = await listen(server, { host, port }, key);
      server.on("error", (error) => {
        if (this.#complaint.isDue()) this.#engine.log.error("a listener cannot accept connections", { key, error });
      });
      return { server, listener, address };
    } catch (error) {
      server.emit("close"); // what watches its certificate ends with it
      if (optional && systemCode((error as Error).cause) === "EADDRNOTAVAIL") return undefined;
      throw error;
    }
  }

  async #create({ from, certificate }: Wanted): Promise<Omit<Open, "address">> {
    const engine = this.#engine;
    const connections = this.#connections;
    if (from === undefined) {
      return createListener(engine, connections, {
        request: (client) => handleRequest(engine, client),
        connect: (head, client, rest, keep) => handleConnect(engine, head, { client, rest, keep }),
      });
    }
    const { authority, scheme } = from;
    if (scheme === "tcp") {
      const findRoute = () => engine.snapshot.activeRoutes.find(({ route }) => route.from.text === from.text);
      return { server: createTcpListener(engine, connections, findRoute) };
    }
    const service: Service = {
      request: (client) => handleRequest(engine, client, { authority, scheme }),
      connect: (_head, client) => refuseConnect(engine, authority, client),
    };
    if (certificate === undefined) return createListener(engine, connections, service);
    const { createTlsListener } = await import("./proxy/tls-listener.ts");
    return createTlsListener(engine, connections, service, certificate);
  }
}

/** Listeners that are open but not yet in force. */
export interface Change {
  commit(): void;
  /** Closes them again. */
  abandon(): void;
}

function close(listeners: Iterable<Open>): void {
  for (const { server } of listeners) server.close();
}

/** By an id that is equal for equal listeners. */
function wantedBy(config: EgressConfig): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  const { host, port } = config.listen;
  wanted.set(`proxy ${host ?? ""} ${port}`, { host, port, key: "egress.listen" });
  for (const { from, certificate } of config.routes) {
    if (!from.direct) continue;
    const key = `egress.routes["${from.text}"]`;
    const { authority, scheme } = from;
    const hosts = authority.host === "localhost" ? ["127.0.0.1", "::1"] : [authority.host];
    for (const [index, address] of hosts.entries()) {
      const id = [scheme, address, authority.port, certificate?.cert ?? "", certificate?.key ?? ""].join(" ");
      wanted.set(id, { host: address, port: authority.port, key, from, certificate, optional: index > 0 });
    }
  }
  return wanted;
}
