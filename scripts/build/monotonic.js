// In the place of `performance.now()` in bundles: the first look at `performance` loads node:perf_hooks, which takes 2 ms of CPU
// and 100 KB. Milliseconds since an arbitrary moment; nobody here takes them for time since the start.
export function monotonicNow() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
