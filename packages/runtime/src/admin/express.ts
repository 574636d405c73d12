import type { Express } from "express";
import { dispatch, type RouteTable } from "./routes.ts";
import { requestOf, send } from "./server.ts";

/** Serves a route table on an express application, with the very answers of `serveAdmin`. Other paths pass on. */
export function mountRoutes(app: Express, routes: RouteTable): void {
  app.use((request, response, next) => {
    const seen = requestOf(request);
    if (!Object.hasOwn(routes, seen.path)) return next();
    return dispatch(routes, seen).then((reply) => send(response, reply, request.method === "HEAD"), next);
  });
}
