// `process.exit` joins the threads of libuv's pool. One that asks a dead mount never comes back, and one behind a dead resolver
// not for minutes: the process would outlive its own end until somebody kills it. The kernel ends such a thread when the process
// becomes another program, so it becomes one that has nothing to do but to end with that status.

const ON_THE_POOL = new Set(["FSReqPromise", "FSReqCallback", "GetAddrInfoReqWrap", "GetNameInfoReqWrap"]);

export function end(/** @type {number} */ status) {
  if (process.execve && process.getActiveResourcesInfo().some((name) => ON_THE_POOL.has(name))) {
    process.emit("exit", status);
    const { NODE_OPTIONS: _, ...environment } = process.env;
    process.execve(process.execPath, [process.execPath, "-e", `process.exit(${status})`], environment);
  }
  process.exit(status);
}
