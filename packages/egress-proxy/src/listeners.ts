import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { systemCode } from "@outrigger/runtime/errors";
import { listen } from "@outrigger/runtime/listen";
import type { Authority } from "./authority.ts";
import type { EgressConfig } from "./config.ts";
import type { Engine } from "./engine.ts";
import type { OwnListeners } from "./own-listeners.ts";
import { handleConnect } from "./proxy/connect.ts";
import type { Connections } from "./proxy/connections.ts";
import { handleDirect, refuseConnect } from "./proxy/direct.ts";
import { createListener, type Handlers } from "./proxy/listener.ts";
import { handlePlain } from "./proxy/plain.ts";

interface Wanted {
  readonly host?: string | undefined;
  readonly port: number;
  /** The configuration key, for messages. */
  readonly key: string;
  /** The routes it serves; absent on the proxy port. */
  readonly routesOf?: Authority;
  /** Its absence on this machine is no failure. */
  readonly optional?: boolean;
}

interface Open {
  readonly server: Server;
  readonly address: AddressInfo;
}

/** The proxy port and the routes' own ports, opened and closed as the configuration changes. */
export class Listeners {
  readonly #engine: Engine;
  readonly #connections: Connections;
  readonly #own: OwnListeners;
  #open = new Map<string, Open>();

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
      for (const { server } of opened.values()) server.close();
      throw error;
    }
    return {
      commit: () => {
        for (const [id, { server, address }] of this.#open) {
          if (wanted.has(id)) continue;
          server.close();
          server.closeIdleConnections();
          this.#own.remove(address);
          this.#open.delete(id);
        }
        for (const [id, open] of opened) {
          this.#own.add(open.address);
          this.#open.set(id, open);
        }
        for (const { server } of this.#open.values()) server.headersTimeout = config.timeouts.headers;
      },
    };
  }

  /** Ends connections without a request under way. */
  closeIdle(): void {
    for (const { server } of this.#open.values()) server.closeIdleConnections();
  }

  /** Stops accepting. */
  close(): void {
    for (const { server } of this.#open.values()) server.close();
    this.#open.clear();
  }

  async #listen({ host, port, key, routesOf, optional }: Wanted): Promise<Open | undefined> {
    const server = createListener(this.#engine, this.#connections, this.#handlers(routesOf));
    try {
      const address = await listen(server, { host, port }, key);
      server.on("error", (error) => this.#engine.log.error("a listener failed", { key, error }));
      return { server, address };
    } catch (error) {
      if (optional && systemCode((error as Error).cause) === "EADDRNOTAVAIL") return undefined;
      throw error;
    }
  }

  #handlers(routesOf: Authority | undefined): Handlers {
    const engine = this.#engine;
    if (routesOf === undefined) {
      return {
        request: (client, response) => handlePlain(engine, client, response),
        connect: (request, client, head, keep) => handleConnect(engine, request, { client, head, keep }),
      };
    }
    return {
      request: (client, response) => handleDirect(engine, routesOf, client, response),
      connect: (_request, client) => refuseConnect(engine, routesOf, client),
    };
  }
}

/** Listeners that are open but not yet in force. */
export interface Change {
  commit(): void;
}

/** By an id that is equal for equal listeners. */
function wantedBy(config: EgressConfig): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  const { host, port } = config.listen;
  wanted.set(`proxy ${host ?? ""} ${port}`, { host, port, key: "egress.listen" });
  for (const { from } of config.routes) {
    if (!from.direct) continue;
    const key = `egress.routes["${from.text}"]`;
    const { authority } = from;
    const hosts = authority.host === "localhost" ? ["127.0.0.1", "::1"] : [authority.host];
    for (const [index, address] of hosts.entries()) {
      const where = { host: address, port: authority.port, key, routesOf: authority, optional: index > 0 };
      wanted.set(`route ${address} ${authority.port}`, where);
    }
  }
  return wanted;
}
