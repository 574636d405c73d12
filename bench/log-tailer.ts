/** log-tailer against GNU `tail -F`, and against the limits that it is to keep: every row of its design's targets. */
import type { BenchCase } from "./case.ts";
import { backlogCases } from "./log-tailer/backlog.ts";
import { followingCases } from "./log-tailer/following.ts";
import { stalledCases } from "./log-tailer/stalled.ts";

export const cases: BenchCase[] = [...backlogCases, ...followingCases, ...stalledCases];
