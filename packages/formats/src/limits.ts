/** What a source may at most be; beyond it is malformed (exit status 4). A ConfigMap holds 1 MiB at most. */
export const limits = {
  bytes: 16 * 1024 * 1024,
  depth: 100,
  nodes: 1_000_000,
  /** Expansions of one YAML anchor. */
  aliases: 100,
} as const;
