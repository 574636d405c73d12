/** The level names that every parser gives, least severe first. */
export const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

export type LevelName = (typeof levels)[number];

const spellings: Record<LevelName, string> = {
  trace: "trace trc trce verbose vrb verb finest finer t v",
  debug: "debug dbg dbug deb fine config d 7",
  info: "info inf information informational notice note i n 5 6",
  warn: "warn wrn warning w 4",
  error: "error err eror fail failure severe e 3",
  fatal: "fatal ftl crit critical emerg emergency alert panic dpanic f c 0 1 2",
};

const known = new Map<string, string>();
for (const level of levels) for (const spelling of spellings[level].split(" ")) known.set(spelling, level);
// pino and bunyan write numbers; syslog's (0 to 7) are in the table above.
for (const [index, level] of levels.entries()) known.set(String((index + 1) * 10), level);

/** Whether `level` is one of `levels`. */
export function isLevel(level: string): boolean {
  return (levels as readonly string[]).includes(level);
}

/** Spellings seen before, as they were written: a log uses a handful. Bounded, because a broken log may use any number. */
const seen = new Map<string, string>();
const seenLimit = 256;

/**
 * The common name of a log level: one of `levels` for every usual spelling (`INF`, `Warning`, `E`, `CRITICAL`, syslog's
 * and pino's numbers), and the word itself in lower case for any other.
 */
export function normalizeLevel(text: string): string {
  const before = seen.get(text);
  if (before !== undefined) return before;
  const word = text.trim().toLowerCase();
  const level = known.get(word) ?? word;
  if (seen.size < seenLimit) seen.set(text, level);
  return level;
}
