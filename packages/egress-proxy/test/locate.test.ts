// From a permitted destination to the addresses to dial: nothing is dialled that the guard has not judged just now.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAddress } from "@outrigger/net/address";
import { ResolveError, Resolver } from "@outrigger/net/resolve";
import { parseAuthority } from "../src/authority.ts";
import { locate } from "../src/locate.ts";
import { type Grant, Guard } from "../src/policy/guard.ts";

const guard = new Guard({ deny: [], allow: [], isOwn: () => false });
const spelled: Grant = { spellsHost: true, resolvesTo: [] };

/** A resolver that knows one answer, in its cache or not, and counts what it is asked. */
function resolverOf(answer: readonly string[] | ResolveError, { cached = false } = {}) {
  const outcome = answer instanceof ResolveError ? answer : answer.map((text) => parseAddress(text)!);
  const asked: string[] = [];
  const resolver = Object.assign(new Resolver(), {
    peek: (name: string) => {
      asked.push(name);
      return cached ? outcome : undefined;
    },
    resolve: async () => {
      if (outcome instanceof ResolveError) throw outcome;
      return outcome;
    },
  });
  return { resolver, asked };
}

function locating(resolver: Resolver, host: string, grant: Grant = spelled) {
  return new Promise<{ reason: string | undefined; status: number | undefined; addresses: readonly string[] }>(
    (done) => {
      locate({ resolver }, { guard }, parseAuthority(host, 80), [grant], (failure, addresses) =>
        done({ reason: failure?.reason, status: failure?.status, addresses }),
      );
    },
  );
}

for (const cached of [false, true]) {
  const when = cached ? "in the cache" : "looked up";
  test(`the permitted addresses of a name ${when} are dialled, and no others`, async () => {
    const { resolver } = resolverOf(["8.8.8.8", "127.0.0.1", "2606::1", "169.254.169.254"], { cached });
    const { reason, addresses } = await locating(resolver, "a.test");
    assert.deepEqual([reason, addresses], [undefined, ["8.8.8.8", "2606::1"]]);
  });

  test(`a name ${when} with prohibited addresses only is refused`, async () => {
    const { resolver } = resolverOf(["127.0.0.1", "10.0.0.1"], { cached });
    const { reason, status, addresses } = await locating(resolver, "a.test");
    assert.deepEqual([reason, status, addresses], ["address_prohibited", 403, []]);
  });

  test(`a name ${when} that does not exist is an error, not a denial`, async () => {
    const { resolver } = resolverOf(new ResolveError("dns_error", "no such name"), { cached });
    const { reason, status, addresses } = await locating(resolver, "a.test");
    assert.deepEqual([reason, status, addresses], ["dns_error", 502, []]);
  });
}

test("localhost and addresses are never looked up", async () => {
  const { resolver, asked } = resolverOf(["8.8.8.8"]);
  assert.deepEqual((await locating(resolver, "localhost")).addresses, ["127.0.0.1", "::1"]);
  assert.deepEqual((await locating(resolver, "93.184.216.34")).addresses, ["93.184.216.34"]);
  const unspelled = { spellsHost: false, resolvesTo: [] };
  assert.equal((await locating(resolver, "localhost", unspelled)).reason, "address_prohibited");
  assert.equal((await locating(resolver, "[::1]", unspelled)).reason, "address_prohibited");
  assert.deepEqual(asked, []);
});

test("a name below localhost is looked up like any other", async () => {
  const { resolver, asked } = resolverOf(["8.8.8.8"]);
  assert.deepEqual((await locating(resolver, "a.localhost")).addresses, ["8.8.8.8"]);
  assert.deepEqual(asked, ["a.localhost"]);
});

test("the name of a metadata service is refused without a look-up", async () => {
  const { resolver, asked } = resolverOf(["8.8.8.8"]);
  assert.equal((await locating(resolver, "metadata.google.internal")).reason, "address_prohibited");
  assert.deepEqual(asked, []);
});

test("when the caller fails on what was found, it hears of it once more, as an error of ours", async () => {
  const { resolver } = resolverOf(["8.8.8.8"]);
  const statuses: (number | undefined)[] = [];
  await new Promise<void>((resolve) => {
    locate({ resolver }, { guard }, parseAuthority("a.test", 80), [spelled], (failure) => {
      statuses.push(failure?.status);
      if (failure === undefined) throw new TypeError("a bug");
      resolve();
    });
  });
  assert.deepEqual(statuses, [undefined, 500]);
});
