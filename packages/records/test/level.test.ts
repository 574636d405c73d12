import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { normalizeLevel } from "../src/level.ts";

describe("levels", () => {
  for (const [level, spellings] of Object.entries({
    trace: ["TRACE", "trc", "VRB", "Verbose", "FINEST", "10"],
    debug: ["DEBUG", "dbg", "dbug", "D", "7", "20"],
    info: ["INF", "Information", "notice", "I", "5", "6", "30"],
    warn: ["Warning", "WRN", "W", " warn ", "4", "40"],
    error: ["E", "ERR", "fail", "SEVERE", "3", "50"],
    fatal: ["CRITICAL", "FTL", "emerg", "alert", "PANIC", "0", "1", "2", "60"],
    "on fire": ["On Fire"],
  })) {
    it(`named ${spellings.join(", ")} are ${level}`, () => {
      for (const spelling of [...spellings, ...spellings]) assert.equal(normalizeLevel(spelling), level);
    });
  }
});
