/** What the measured proxies allow. */
import type { Origin } from "./load.ts";

export const policy = ({ port }: Pick<Origin, "port">) => ({
  allow: [`127.0.0.1:${port}`, "*.example.com"],
  audit: "off",
});

export const manyRules = (origin: Pick<Origin, "port">) => ({
  ...policy(origin),
  allow: [`127.0.0.1:${origin.port}`, ...Array.from({ length: 9999 }, (_, index) => `h${index}.example.com`)],
});
