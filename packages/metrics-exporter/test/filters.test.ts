import assert from "node:assert/strict";
import { test } from "node:test";
import { filters } from "../src/rules/filters.ts";

const cases: [filter: string, text: string, expected: string][] = [
  ["path", "/a/b", "/a/b"],
  ["path", "/a?x=1", "/a"],
  ["path", "/users/42/orders/7", "/users/:id/orders/:id"],
  ["path", "/u/123e4567-e89b-12d3-a456-426614174000/x", "/u/:id/x"],
  ["path", "/c/507f1f77bcf86cd799439011", "/c/:id"],
  ["path", "/v1/users", "/v1/users"],
  ["path", "/", "/"],
  ["path", "", ""],
  ["lower", "WARN", "warn"],
  ["upper", "warn", "WARN"],
  ["class", "404", "4xx"],
  ["class", "-", "-"],
  ["class", "4040", "4040"],
];

for (const [filter, text, expected] of cases) {
  test(`${filter} of ${text || "nothing"}`, () => assert.equal(filters[filter]?.(text), expected));
}
