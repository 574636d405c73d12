import assert from "node:assert/strict";
import { test } from "node:test";
import { Balancer, type Turn } from "../src/routes/balancer.ts";
import { parseUpstream } from "../src/routes/parse-route.ts";
import type { BalanceKind } from "../src/routes/route.ts";

const NONE = new Set<never>();

function balancer(names: readonly string[], kind: BalanceKind = "round-robin", forMs = 0) {
  const upstreams = names.map((name) => parseUpstream(`http://${name}`));
  return new Balancer(upstreams, kind, { consecutive: 1, for: forMs, maxPercent: 50 });
}

const nameOf = ({ member }: Turn) => member.upstream.authority.host;

/** Picks until this upstream has its turn; other turns end at once. */
function turnOf(of: Balancer, name: string): Turn {
  for (;;) {
    const turn = of.pick("", NONE);
    if (nameOf(turn) === name) return turn;
    of.release(turn);
  }
}

test("what began before an upstream was left alone does not bring it back, nor keep it away for longer", () => {
  const two = balancer(["a", "b"], "round-robin", 1_000_000);
  const [early, late] = [turnOf(two, "a"), turnOf(two, "a")];
  assert.equal(two.note(turnOf(two, "a"), false), true);
  const until = early.member.ejectedUntil;
  assert.notEqual(until, undefined);
  assert.equal(two.note(early, true), false);
  assert.equal(two.note(late, false), false);
  assert.equal(early.member.ejectedUntil, until);
});

test("an upstream comes back by one trial, whatever ends meanwhile", () => {
  const two = balancer(["a", "b"]);
  const early = turnOf(two, "a");
  two.note(turnOf(two, "a"), false);
  const trial = two.pick("", NONE);
  assert.deepEqual([nameOf(trial), trial.isTrial], ["a", true]);
  two.note(early, true);
  two.release(early);
  for (let index = 0; index < 5; index++) assert.equal(nameOf(two.pick("", NONE)), "b");
  two.note(trial, true);
  assert.equal(nameOf(turnOf(two, "a")), "a");
});

test("a trial without an outcome is followed by another one", () => {
  const two = balancer(["a", "b"]);
  two.note(turnOf(two, "a"), false);
  two.release(two.pick("", NONE));
  const again = two.pick("", NONE);
  assert.deepEqual([nameOf(again), again.isTrial], ["a", true]);
});

test("a further try has another upstream only if one is in rotation or due", () => {
  const two = balancer(["a", "b"], "round-robin", 1_000_000);
  const [a, b] = two.members;
  assert.ok(a && b);
  assert.equal(two.hasOther(new Set([a])), true);
  two.note(turnOf(two, "b"), false);
  assert.equal(two.hasOther(new Set([a])), false);
  b.ejectedUntil = performance.now() - 1;
  assert.equal(two.hasOther(new Set([a])), true);
  assert.equal(two.hasOther(new Set([a, b])), false);
});

test("an upstream that is refused is no choice, whatever is left alone", () => {
  const three = balancer(["a", "b", "c"], "round-robin", 1_000_000);
  const [a, b, c] = three.members;
  assert.ok(a && b && c);
  const refused = new Set([a]);
  for (let index = 0; index < 6; index++) assert.notEqual(nameOf(three.pick("", NONE, refused)), "a");
  assert.equal(nameOf(three.pick("", new Set([a, b]), refused)), "c");
  assert.equal(three.hasOther(new Set([a, b]), refused), true);
  assert.equal(three.hasOther(new Set([a, b, c]), refused), false);
  b.ejectedUntil = c.ejectedUntil = performance.now() + 1_000_000;
  assert.equal(nameOf(three.pick("", new Set([a, b]), refused)), "c");
  assert.equal(three.hasOther(new Set([a, b]), refused), true);
});

test("after a reload the same settings leave the same upstreams alone, others none; what is under way counts in any case", () => {
  const before = balancer(["a", "b"], "least-requests", 1_000_000);
  const [a, b] = [turnOf(before, "a"), turnOf(before, "b")];
  before.note(b, false);
  const upstreams = ["c", "b", "a", "a"].map((name) => parseUpstream(`http://${name}`));
  const state = (after: Balancer) =>
    after.members.map(({ upstream, active, ejectedUntil }) => [
      upstream.authority.host,
      active,
      ejectedUntil !== undefined,
    ]);
  const eject = { consecutive: 1, for: 1_000_000, maxPercent: 50 };
  const same = new Balancer(upstreams, "random", eject, before);
  assert.deepEqual(state(same), [
    ["c", 0, false],
    ["b", 1, true],
    ["a", 1, false],
    ["a", 0, false],
  ]);
  const other = new Balancer(upstreams, "random", { ...eject, maxPercent: 0 }, before);
  assert.deepEqual(
    state(other).map(([, , isOut]) => isOut),
    [false, false, false, false],
  );
  before.release(a);
  for (const after of [same, other]) assert.equal(after.members[2]?.active, 0);
});
