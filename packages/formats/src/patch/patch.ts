import type { Node } from "../node.ts";
import type { Replaced } from "../tree.ts";
import { type Operation, readOperations } from "./operations.ts";
import { Step } from "./step.ts";

/** A JSON Patch (RFC 6902). */
export class Patch {
  readonly #operations: readonly Operation[];

  private constructor(operations: readonly Operation[]) {
    this.#operations = operations;
  }

  /** Takes a document as a list of operations. Throws Problems (exit status 4) with everything that is wrong. */
  static of(root: Node): Patch {
    return new Patch(readOperations(root));
  }

  /**
   * Applies the operations in order. Nodes of `root` that do not change stay the same. Throws a Problem (exit status 4) for
   * the first that is impossible, or whose test fails; it names the operation's place and the path, no value.
   */
  apply(root: Node, replaced: Replaced): Node {
    let result = root;
    for (const operation of this.#operations) result = new Step(result, operation, replaced).apply();
    return result;
  }
}
