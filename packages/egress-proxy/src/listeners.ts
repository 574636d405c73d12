import type { AddressInfo, Server } from "node:net";
import { collide } from "@outrigger/runtime/collide";
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
import { type Wanted, wantedListeners } from "./wanted-listeners.ts";

interface Open {
  readonly wanted: Wanted;
  readonly server: Server;
  /** Absent for TCP. */
  readonly listener?: HttpListener | undefined;
  readonly address: AddressInfo;
}

type Created = Pick<Open, "server" | "listener">;

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
   * Opens what the configuration wants and is not open yet. Nothing is closed before {@link Change.commit}, except what
   * has an address that another listener is to have.
   * @throws {RuntimeFailure} having closed again what it opened, and opened again what it closed.
   */
  async prepare(config: EgressConfig): Promise<Change> {
    const wanted = wantedListeners(config);
    const opened = new Map<string, Open>();
    const gone = [...this.#open].filter(([id]) => !wanted.has(id)).map(([, open]) => open);
    const displaced: Open[] = [];
    const abandon = async () => {
      close(opened.values());
      for (const { server, wanted: where } of displaced) await listen(server, where, where.key);
    };
    try {
      for (const [id, where] of wanted) {
        if (this.#open.has(id)) continue;
        const created = await this.#create(where);
        const rivals = gone.filter((open) => open.server.listening && collide(open.wanted, where));
        close(rivals);
        displaced.push(...rivals);
        const open = await this.#listen(where, created);
        if (open) opened.set(id, open);
      }
    } catch (error) {
      await abandon();
      throw error;
    }
    return {
      abandon,
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

  async #listen(wanted: Wanted, { server, listener }: Created): Promise<Open | undefined> {
    const { host, port, key, optional } = wanted;
    try {
      const address = await listen(server, { host, port }, key);
      server.on("error", (error) => {
        if (this.#complaint.isDue()) this.#engine.log.error("a listener cannot accept connections", { key, error });
      });
      return { wanted, server, listener, address };
    } catch (error) {
      if (optional && systemCode((error as Error).cause) === "EADDRNOTAVAIL") return undefined;
      throw error;
    }
  }

  async #create({ own, certificate }: Wanted): Promise<Created> {
    const engine = this.#engine;
    const connections = this.#connections;
    if (own === undefined) {
      return createListener(engine, connections, {
        request: (client) => handleRequest(engine, client),
        connect: (head, client, rest, keep) => handleConnect(engine, { head, client, rest, keep }),
      });
    }
    if (own.scheme === "tcp") return { server: createTcpListener(engine, connections, own) };
    const service: Service = {
      request: (client) => handleRequest(engine, client, own),
      connect: (_head, client) => refuseConnect(engine, own.authority, client),
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
  abandon(): Promise<void>;
}

function close(listeners: Iterable<Open>): void {
  for (const { server } of listeners) server.close();
}
