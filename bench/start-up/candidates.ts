/** The tools that serve, started without work. */

/** A tool with nothing to do, and the smallest server it is compared with. */
export interface Candidate {
  tool: string;
  peer: "node:http" | "express";
  /** The probe of the tool itself, on its only free port. */
  probe: string;
  args(port: number): string[];
}

export const candidates: readonly Candidate[] = [
  {
    tool: "log-tailer",
    peer: "node:http",
    probe: "/readyz",
    args: (port) => ["/logs/app.log", "--set", `logs.admin.port=${port}`],
  },
  {
    tool: "egress-proxy",
    peer: "node:http",
    probe: "/readyz",
    args: (port) => ["--listen", "127.0.0.1:0", "--set", `egress.admin.port=${port}`],
  },
  { tool: "healthz", peer: "express", probe: "/-/readyz", args: (port) => ["--port", String(port)] },
  { tool: "metrics-exporter", peer: "express", probe: "/-/readyz", args: (port) => ["--port", String(port)] },
];
