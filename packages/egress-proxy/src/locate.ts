import { type Address, parseAddress } from "@outrigger/net/address";
import { ResolveError } from "@outrigger/net/resolve";
import { type Authority, hostText } from "./authority.ts";
import type { Engine } from "./engine.ts";
import { addressDenial, type Failure, internalFailure } from "./failure.ts";
import type { Grant } from "./policy/guard.ts";
import type { Snapshot } from "./snapshot.ts";
import { upstreamFailure } from "./upstream/upstream-failure.ts";

/** RFC 6761 section 6.3: never looked up. */
const LOCALHOST: readonly Address[] = ["127.0.0.1", "::1"].map(parseAddress).filter((address) => address !== undefined);

export type Located = (failure: Failure | undefined, addresses: readonly string[]) => void;

/**
 * Resolves a destination that rules or routes allow, and judges the addresses. `done` gets the addresses to dial, or why
 * there are none. It is called at once when nothing has to be asked, so a kept name costs no turn of the event loop.
 */
export function locate(
  { resolver }: Pick<Engine, "resolver">,
  { guard }: Pick<Snapshot, "guard">,
  authority: Authority,
  grants: readonly Grant[],
  done: Located,
) {
  const route = grants[0]?.route;
  const judge = (addresses: readonly Address[]) => {
    const judgement = guard.judge(authority, addresses, grants);
    if (judgement.permitted.length > 0) done(undefined, judgement.permitted);
    else done(addressDenial(authority, judgement, route), []);
  };
  const fail = (error: Error) => done(upstreamFailure(error, `${hostText(authority)}:${authority.port}`), []);

  if (authority.kind !== "name")
    return judge([parseAddress(authority.host)].filter((address) => address !== undefined));
  if (authority.host === "localhost") return judge(LOCALHOST);
  const address = guard.refusedAddress(authority, grants);
  if (address !== undefined) {
    return done(addressDenial(authority, { refused: [{ address, reason: "address_prohibited" }] }, route), []);
  }
  const known = resolver.peek(authority.host);
  if (known instanceof ResolveError) return fail(known);
  if (known !== undefined) return judge(known);
  resolver
    .resolve(authority.host)
    .then(judge, fail)
    // `done` threw: nobody else would answer the request, and the process must not end because of one.
    .catch((error: unknown) => done(internalFailure(error), []));
}
