import type { Section, SectionKey } from "@outrigger/runtime/section";
import type { Start } from "@outrigger/runtime/service";

/** A tool as the toolkit's commands see it. Nothing of it is loaded before it is needed. */
interface Tool<C> {
  /** Its name: package, image, sub-command. */
  readonly name: string;
  readonly summary: string;
  /** Its command line. */
  main(): Promise<(argv: string[]) => Promise<void>>;
  section(): Promise<Section<C>>;
}

interface Service<C> extends Tool<C> {
  start(): Promise<Start<C>>;
}

/** Keeps what each tool's configuration is, for the commands that look into it. */
const tool = <C>(definition: Tool<C>) => definition;
const service = <C>(definition: Service<C>) => definition;

/**
 * The tools by the section they read, in the order of native sidecars: config-merge runs to its end first, the log-tailer
 * starts first of the others and stops last.
 */
export const tools = {
  config: tool({
    name: "config-merge",
    summary: "write the configuration files that the application reads",
    main: () => import("@outrigger/config-merge/main").then(({ main }) => main),
    section: () => import("@outrigger/config-merge/config").then(({ configSection }) => configSection),
  }),
  logs: service({
    name: "log-tailer",
    summary: "write the application's log files to stdout",
    main: () => import("@outrigger/log-tailer/main").then(({ main }) => main),
    section: () => import("@outrigger/log-tailer/config").then(({ logsSection }) => logsSection),
    start: () => import("@outrigger/log-tailer/service").then(({ start }) => start),
  }),
  egress: service({
    name: "egress-proxy",
    summary: "let the application reach only what is allowed",
    main: () => import("@outrigger/egress-proxy/main").then(({ main }) => main),
    section: () => import("@outrigger/egress-proxy/config").then(({ egressSection }) => egressSection),
    start: () => import("@outrigger/egress-proxy/service").then(({ start }) => start),
  }),
  health: service({
    name: "healthz",
    summary: "answer health probes for the application",
    main: () => import("@outrigger/healthz/main").then(({ main }) => main),
    section: () => import("@outrigger/healthz/config").then(({ healthSection }) => healthSection),
    start: () => import("@outrigger/healthz/service").then(({ start }) => start),
  }),
  metrics: service({
    name: "metrics-exporter",
    summary: "turn the application's logs and endpoints into metrics",
    main: () => import("@outrigger/metrics-exporter/main").then(({ main }) => main),
    section: () => import("@outrigger/metrics-exporter/config").then(({ metricsSection }) => metricsSection),
    start: () => import("@outrigger/metrics-exporter/service").then(({ start }) => start),
  }),
} satisfies Record<SectionKey, unknown>;

/** The sections whose tools keep running. */
export type ServiceKey = Exclude<SectionKey, "config">;

type ConfigOf<T> = T extends Tool<infer C> ? C : never;

/** The valid configuration of each section that is present. */
export type Configuration = { [K in SectionKey]?: ConfigOf<(typeof tools)[K]> };
