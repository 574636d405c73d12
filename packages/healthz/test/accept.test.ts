import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseFormat } from "../src/accept.ts";

const cases: [accept: string | undefined, expected: string, sentence: string][] = [
  [undefined, "application/json", "nothing gives JSON"],
  ["", "application/json", "an empty header gives JSON"],
  ["*/*", "application/json", "any type gives JSON"],
  ["application/*", "application/json", "any application type gives JSON"],
  ["text/*", "text/plain", "any text type gives plain text"],
  ["image/png", "application/json", "an unknown type gives JSON, never 406"],
  ["nonsense;;;q=q", "application/json", "nonsense gives JSON"],
  ["*/*;q=0", "application/json", "refusing everything gives JSON all the same"],
  ["text/plain", "text/plain", "a type alone is taken"],
  ["TEXT/Plain ; charset=utf-8", "text/plain", "types are compared without case and parameters"],
  ["application/health+json", "application/health+json", "the health draft's own type"],
  ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html", "a browser gets the page"],
  ["text/plain;q=0.5, application/json;q=0.4", "text/plain", "the higher quality wins"],
  ["application/json;q=0.5, */*;q=0.8", "text/plain", "a specific range decides over a wildcard"],
  ["text/plain, application/json", "text/plain", "equal qualities go by the order of the header"],
  ["text/plain;q=0, */*", "application/json", "a quality of zero refuses"],
  ["text/plain;q=7", "application/json", "a quality above one is nonsense"],
];

for (const [accept, expected, sentence] of cases) {
  test(`${sentence} (${accept ?? "no header"})`, () => assert.equal(chooseFormat(accept), expected));
}
