import assert from "node:assert/strict";
import { test } from "node:test";
import { advance, initialState, pace, type Rules, type State } from "../src/state.ts";

const SECOND = 1000;
const rules = (given: Partial<Rules> = {}): Rules => ({
  interval: 10 * SECOND,
  fall: 3,
  rise: 1,
  startPeriod: 0,
  ...given,
});

/** Runs at the given seconds: `S` succeeds, `F` fails; the answer is the first letter of the status after each. */
function statuses(sequence: string, given: Partial<Rules> = {}, at?: number[]): string {
  let state: State = initialState;
  let now = 0;
  return [...sequence]
    .map((letter, index) => {
      const startedAt = at === undefined ? now : at[index]! * SECOND;
      state = advance(state, letter === "S" ? "success" : "failure", rules(given), startedAt);
      now += rules(given).interval;
      return state.status[0];
    })
    .join("");
}

const cases: [sentence: string, sequence: string, given: Partial<Rules>, expected: string][] = [
  ["one success is enough from PENDING", "S", {}, "O"],
  ["fewer failures than `fall` leave PENDING", "FF", {}, "PP"],
  ["`fall` failures in a row fail a check that never was OK", "FFF", {}, "PPF"],
  ["fewer failures than `fall` leave OK, and a success starts the count anew", "SFFSFFF", {}, "OOOOOOF"],
  ["`rise` successes in a row heal, fewer do not", "FFFSFSS", { rise: 2 }, "PPFFFFO"],
  ["`rise` holds from PENDING too", "SSS", { rise: 3 }, "PPO"],
  ["a failure in between starts the count of `rise` anew", "SFSS", { rise: 2, fall: 9 }, "PPPO"],
  ["with `fall` 1 the first failure fails", "SF", { fall: 1 }, "OF"],
  ["a failed check stays failed while it fails", "FFFFF", {}, "PPFFF"],
];

for (const [sentence, sequence, given, expected] of cases) {
  test(sentence, () => assert.equal(statuses(sequence, given), expected));
}

test("of the quick tries before the first success one failure an interval counts", () => {
  const at = [0, 1, 2, 9, 10, 11, 19, 20, 21];
  assert.equal(statuses("FFFFFFFFF", {}, at), "PPPPPPPFF");
});

test("jitter between two tries an interval apart does not uncount the second", () => {
  assert.equal(statuses("FFF", { interval: SECOND }, [0, 0.951, 1.902]), "PPF");
});

test("after the first success every failure counts", () => {
  assert.equal(statuses("SFFF", {}, [0, 1, 2, 3]), "OOOF");
});

test("failures within the start period do not count", () => {
  assert.equal(statuses("FFFFFF", { startPeriod: 30 * SECOND }), "PPPPPF");
});

test("the first success ends the start period", () => {
  assert.equal(statuses("SFFF", { startPeriod: 3600 * SECOND }), "OOOF");
});

test("until the first success a check is tried every second, or more often when its interval is shorter", () => {
  const succeeded = advance(initialState, "success", rules(), 0);
  assert.equal(pace(initialState, rules()), SECOND);
  assert.equal(pace(initialState, rules({ interval: 200 })), 200);
  assert.equal(pace(succeeded, rules()), 10 * SECOND);
});

test("having been OK once is remembered through failures", () => {
  let state = advance(initialState, "success", rules({ fall: 1 }), 0);
  state = advance(state, "failure", rules({ fall: 1 }), 1);
  assert.deepEqual([state.status, state.everOk], ["FAIL", true]);
});
