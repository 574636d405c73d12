import assert from "node:assert/strict";
import { it } from "node:test";
import { InOrder } from "../src/output/in-order.ts";

it("actions run in the order in which they were added, however they are released", () => {
  const order: string[] = [];
  const inOrder = new InOrder();
  const [first, second, third] = ["a", "b", "c"].map((name) => inOrder.add(() => order.push(name)));
  second!();
  assert.deepEqual(order, []);
  first!();
  assert.deepEqual(order, ["a", "b"]);
  third!();
  assert.deepEqual(order, ["a", "b", "c"]);
});
