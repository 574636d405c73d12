import { isDeepStrictEqual } from "node:util";
import { hash } from "./hash.ts";
import type { BalanceKind, EjectPolicy, Upstream } from "./route.ts";

/** An upstream with what is known about it now. */
export class Member {
  readonly upstream: Upstream;
  failures = 0;
  /** `performance.now()` at which a trial request may go; undefined while it is in rotation. */
  ejectedUntil: number | undefined;
  onTrial = false;
  readonly #load: { active: number };

  /** @param before the same upstream until a reload: what it had under way still counts. */
  constructor(upstream: Upstream, before?: Member) {
    this.upstream = upstream;
    this.#load = before === undefined ? { active: 0 } : before.#load;
  }

  /** Requests, or connections of a tcp route, under way. */
  get active(): number {
    return this.#load.active;
  }

  set active(count: number) {
    this.#load.active = count;
  }
}

/** One try at an upstream. */
export interface Turn {
  readonly member: Member;
  /** Whether its outcome decides about the return of an upstream that is left alone. */
  readonly isTrial: boolean;
}

const NONE: ReadonlySet<Member> = new Set();

/** How many members are compared one by one before random choices do better than looking at all. */
const FEW = 3;

/** Chooses the upstream of each request and leaves failing ones alone for a while. */
export class Balancer {
  readonly members: readonly Member[];
  readonly #kind: BalanceKind;
  readonly #eject: EjectPolicy;
  #turn = 0;

  /** @param before what chose for the route until a reload: the same settings leave the same upstreams alone. */
  constructor(upstreams: readonly Upstream[], kind: BalanceKind, eject: EjectPolicy, before?: Balancer) {
    const known = [...(before?.members ?? [])];
    const isSame = before !== undefined && isDeepStrictEqual(before.#eject, eject);
    this.members = upstreams.map((upstream) => {
      const index = known.findIndex((member) => member.upstream.text === upstream.text);
      const [member] = index < 0 ? [] : known.splice(index, 1);
      return member !== undefined && isSame ? member : new Member(upstream, member);
    });
    this.#kind = kind;
    this.#eject = eject;
  }

  /**
   * The upstream for one try, counted as active until {@link release}.
   * @param key what `hash` goes by.
   * @param tried upstreams that failed this request already; another one is preferred.
   * @param refused those of them that must not be dialled; at least one upstream is none of these.
   */
  pick(key: string, tried: ReadonlySet<Member>, refused: ReadonlySet<Member> = NONE): Turn {
    const due = this.#due(tried);
    if (due) {
      due.onTrial = true;
      due.active++;
      return { member: due, isTrial: true };
    }
    const usable = this.#usable(refused);
    const fresh = usable.filter((member) => !tried.has(member));
    const member = this.#choose(fresh.length > 0 ? fresh : usable, key);
    // Further tries take no turn: else a server that always fails would be first in line at every request.
    if (tried.size === 0) this.#turn++;
    member.active++;
    return { member, isTrial: false };
  }

  /** Whether {@link pick} would choose an upstream that is not among those tried. */
  hasOther(tried: ReadonlySet<Member>, refused: ReadonlySet<Member> = NONE): boolean {
    return this.#due(tried) !== undefined || this.#usable(refused).some((member) => !tried.has(member));
  }

  /** One that is to have its trial. It goes first: an ejected server would wait for bad luck of the others. */
  #due(tried: ReadonlySet<Member>): Member | undefined {
    const now = performance.now();
    return this.members.find((member) => !tried.has(member) && isDue(member, now));
  }

  /** Those in rotation; all when none is. */
  #usable(refused: ReadonlySet<Member>): readonly Member[] {
    const members = refused.size === 0 ? this.members : this.members.filter((member) => !refused.has(member));
    const usable = members.filter(({ ejectedUntil }) => ejectedUntil === undefined);
    return usable.length > 0 ? usable : members;
  }

  /** Ends what {@link pick} began, with or without an outcome. */
  release({ member, isTrial }: Turn): void {
    member.active--;
    if (isTrial) member.onTrial = false;
  }

  /** Takes note of an outcome: connect errors, time-outs and 5xx are failures. @returns whether it ejected the member. */
  note({ member, isTrial }: Turn, ok: boolean): boolean {
    const wasOut = member.ejectedUntil !== undefined;
    // What began before the upstream was left alone says nothing about now.
    if (wasOut && !isTrial) return false;
    if (isTrial) member.onTrial = false;
    if (ok) {
      member.failures = 0;
      member.ejectedUntil = undefined;
      return false;
    }
    member.failures++;
    if (!wasOut && (member.failures < this.#eject.consecutive || !this.#mayEject())) return false;
    member.ejectedUntil = performance.now() + this.#eject.for;
    return !wasOut;
  }

  #mayEject(): boolean {
    const out = this.members.filter(({ ejectedUntil }) => ejectedUntil !== undefined).length;
    const most = Math.min(Math.floor((this.members.length * this.#eject.maxPercent) / 100), this.members.length - 1);
    return out < most;
  }

  #choose(members: readonly Member[], key: string): Member {
    const at = (index: number) => members[index] as Member;
    const random = () => at(Math.floor(Math.random() * members.length));
    switch (this.#kind) {
      case "round-robin":
        return at(this.#turn % members.length);
      case "random":
        return random();
      case "hash":
        // Rendezvous hashing: without a member only its own keys move.
        return members.reduce((best, member) => (weight(member, key) > weight(best, key) ? member : best));
      case "least-requests": {
        if (members.length > FEW) return lower(random(), random());
        return members.map((_, index) => at((index + this.#turn) % members.length)).reduce(lower);
      }
    }
  }
}

function isDue({ ejectedUntil, onTrial }: Member, now: number): boolean {
  return ejectedUntil !== undefined && !onTrial && ejectedUntil <= now;
}

function weight({ upstream }: Member, key: string): number {
  return hash(`${upstream.text}\n${key}`);
}

function lower(left: Member, right: Member): Member {
  return right.active < left.active ? right : left;
}
