import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compileGlob, GlobError, isLiteral, matchesGlob } from "../src/glob.ts";

const matches = (pattern: string, path: string) => compileGlob(pattern, "/srv").some((glob) => matchesGlob(glob, path));

describe("a glob", () => {
  const cases: [string, string, boolean][] = [
    ["/logs/*.log", "/logs/app.log", true],
    ["/logs/*.log", "/logs/a/app.log", false],
    ["/logs/*.log", "/logs/.app.log", false],
    ["/logs/.*.log", "/logs/.app.log", true],
    ["/logs/?.log", "/logs/é.log", true],
    ["/logs/?.log", "/logs/😀.log", true],
    ["/logs/?.log", "/logs/.log", false],
    ["/logs/**/*.log", "/logs/app.log", true],
    ["/logs/**/*.log", "/logs/a/b/app.log", true],
    ["/logs/**/*.log", "/logs/a/.b/app.log", false],
    ["/logs/**", "/logs/a/b", true],
    ["/logs/**", "/logs", false],
    ["/**/*.gz", "/logs/a.gz", true],
    ["/logs/[a-c].log", "/logs/b.log", true],
    ["/logs/[!a-c].log", "/logs/b.log", false],
    ["/logs/[]x].log", "/logs/].log", true],
    ["/logs/[[]x.log", "/logs/[x.log", true],
    ["/logs/{a,b}.log", "/logs/b.log", true],
    ["/logs/{a/x,b{1,2}}.log", "/logs/b2.log", true],
    ["/logs/{a/x,b{1,2}}.log", "/logs/a/x.log", true],
    ["/logs/a.log", "/logs/a-log", false],
    ["*.log", "/srv/a.log", true],
    ["../logs/*.log", "/logs/a.log", true],
    ["/logs/(a|b)+$.log*", "/logs/(a|b)+$.log.1", true],
    ["/logs/app-*.log", "/logs/app-1.log", true],
    ["/logs/app-*.log", "/logs/app.log", false],
    ["/logs/[a-]*", "/logs/-x", true],
    ["/logs/[{]*", "/logs/{x", true],
    ["/logs/[}a]{x,[,]}", "/logs/},", true],
    ["/logs/\\{*", "/logs/{x", true],
    ["/logs/{a\\,b,c}*", "/logs/a,b.log", true],
    ["/logs/#&~@%=:;<>!\"'` *", "/logs/#&~@%=:;<>!\"'` x", true],
  ];
  for (const [pattern, path, expected] of cases) {
    it(`${pattern} ${expected ? "matches" : "does not match"} ${path}`, () => {
      assert.equal(matches(pattern, path), expected);
    });
  }

  for (const pattern of ["/logs/[a", "/logs/{a,b", "/logs/[z-a]*", "", "/logs/\0*"]) {
    it(`${JSON.stringify(pattern)} is refused with what to write instead`, () => {
      assert.throws(() => compileGlob(pattern, "/"), GlobError);
    });
  }

  it("nothing in the working directory's own name is a wildcard", () => {
    const [glob] = compileGlob("../*.log", "/srv/a[b*/{c");
    assert.ok(matchesGlob(glob!, "/srv/a[b*/x.log"));
    assert.ok(!matchesGlob(glob!, "/srv/ab/x.log"));
  });

  it("a path without special characters is literal", () => {
    assert.ok(isLiteral("/logs/with space, comma.log"));
    assert.ok(!isLiteral("/logs/*.log"));
  });
});
