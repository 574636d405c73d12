/** Milliseconds that a client may leave its connection idle. Usual are 5 s; but every new one costs more than a request. */
export const KEEP_ALIVE = 75_000;

/** The same after a refused CONNECT: some clients, Node's among them, forget the connection then without closing it. */
export const KEEP_ALIVE_REFUSED = 5000;
