/** What a test (or a suite, with `{ after }` of node:test) offers to clean up after it. */
export interface Scope {
  after(hook: () => unknown): void;
}

type Hook = () => unknown;

const hooks = new WeakMap<Scope, Hook[]>();

/**
 * Runs `hook` when the test is over: what was registered last runs first, and all of them run, whatever one of them throws.
 * Hooks of node:test run in the order of their registration, and none runs after one that throws: a directory would go before
 * the process that uses it, and that process would stay.
 */
export function atEnd(scope: Scope, hook: Hook): void {
  const known = hooks.get(scope);
  if (known !== undefined) {
    known.push(hook);
    return;
  }
  const own = [hook];
  hooks.set(scope, own);
  scope.after(() => runBackwards(own));
}

async function runBackwards(own: Hook[]): Promise<void> {
  const failures: unknown[] = [];
  for (let hook = own.pop(); hook !== undefined; hook = own.pop()) {
    try {
      await hook();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}
