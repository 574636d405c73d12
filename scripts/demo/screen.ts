import { styleText } from "node:util";

/** Who speaks in a line of the demo. */
export type Speaker =
  | "demo"
  | "config-merge"
  | "application"
  | "log-tailer"
  | "healthz"
  | "metrics-exporter"
  | "egress-proxy"
  | "numbers-api";

const colours = {
  demo: "bold",
  "config-merge": "yellow",
  application: "cyan",
  "log-tailer": "cyan",
  healthz: "green",
  "metrics-exporter": "magenta",
  "egress-proxy": "blue",
  "numbers-api": "gray",
} as const satisfies Record<Speaker, string>;

const width = Math.max(...Object.keys(colours).map((name) => name.length));

/** The terminal as the demo uses it: titles, and lines with the speaker's name before each. */
export interface Screen {
  title(text: string): void;
  /** Shows text, line by line. */
  line(speaker: Speaker, text: string): void;
  problem(text: string): void;
}

/** Colours are used on a terminal only, and not against NO_COLOR. */
export function createScreen(stream: NodeJS.WriteStream): Screen {
  const paint = (format: Parameters<typeof styleText>[0], text: string) => styleText(format, text, { stream });
  return {
    title: (text) => void stream.write(`\n${paint("bold", text)}\n`),
    line(speaker, text) {
      for (const part of text.replace(/\n$/, "").split("\n")) {
        stream.write(`  ${paint(colours[speaker], speaker.padEnd(width))} | ${part}\n`);
      }
    },
    problem: (text) => void stream.write(`\n${paint("red", `Not as it should be: ${text}`)}\n`),
  };
}
