import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "../../harness/at-end.ts";
import { eventually } from "../../harness/eventually.ts";
import { freePort } from "../../harness/ports.ts";
import { temporaryDirectory } from "../../harness/temporary.ts";
import { startHealthz, verdictOf } from "../../healthz/healthz.ts";
import { ca, fixture } from "../../healthz/tls-target.ts";

const QUICK = { interval: "100ms", timeout: "10s", fall: 1 };

/** Ends a child process with the test. */
function owned(t: TestContext, child: ChildProcess): ChildProcess {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  atEnd(t, async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await ended;
  });
  return child;
}

function startRedis(t: TestContext, port: number, ...options: string[]): ChildProcess {
  const args = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--save",
    "",
    "--dir",
    temporaryDirectory(t),
    ...options,
  ];
  return owned(t, spawn("redis-server", args, { stdio: "ignore" }));
}

test("Redis itself: up, stopped, continued, ended", async (t) => {
  const port = await freePort();
  const server = startRedis(t, port);
  const healthz = await startHealthz(t, {
    checks: { cache: { redis: `localhost:${port}`, ...QUICK, timeout: "300ms" } },
  });
  await healthz.until("/healthz/cache", 200);
  server.kill("SIGSTOP");
  await healthz.until("/healthz/cache", 503);
  assert.match(await verdictOf(healthz, "cache"), /^timeout/);
  server.kill("SIGCONT");
  await healthz.until("/healthz/cache", 200);
  server.kill("SIGKILL");
  await healthz.until("/healthz/cache", 503);
  // The run under way at that moment may see the connection close.
  await eventually(async () => assert.match(await verdictOf(healthz, "cache"), /^connection refused/));
});

test("Redis with a password: none is good enough, the right one too, a wrong one is not", async (t) => {
  const port = await freePort();
  startRedis(t, port, "--requirepass", "s3cret", "--user", "me", "on", ">pa55word", "+ping");
  const address = `localhost:${port}`;
  const healthz = await startHealthz(t, {
    checks: {
      none: { redis: address, ...QUICK },
      right: { redis: { address, password: "s3cret" }, ...QUICK },
      user: { redis: { address, username: "me", password: "pa55word" }, ...QUICK },
      url: `redis://me:pa55word@${address}`,
      wrong: { redis: { address, password: "another" }, ...QUICK },
    },
  });
  for (const name of ["none", "right", "user", "url"]) await healthz.until(`/healthz/${name}`, 200);
  // Until its next run it has still failed because nobody listened.
  await eventually(async () => assert.match(await verdictOf(healthz, "wrong"), /-WRONGPASS/));
});

/** Takes a place on the server for the rest of the test; rejects when it has none. */
function subscribe(t: TestContext, port: number): Promise<void> {
  const client = owned(
    t,
    spawn("redis-cli", ["-p", String(port), "SUBSCRIBE", "x"], { stdio: ["ignore", "pipe", "ignore"] }),
  );
  return new Promise((resolve, reject) => {
    client.stdout!.on("data", (text: Buffer) => {
      if (text.includes("subscribe")) resolve();
      else if (text.includes("max number of clients")) client.kill();
    });
    client.once("exit", () => reject(new Error("refused")));
  });
}

test("Redis that has no room for another client fails", async (t) => {
  const port = await freePort();
  const server = startRedis(t, port, "--maxclients", "1");
  const healthz = await startHealthz(t, { checks: { cache: { redis: `localhost:${port}`, ...QUICK } } });
  await healthz.until("/healthz/cache", 200);
  assert.equal(server.exitCode, null);
  // A check may have the only place at the moment: the client tries until it has it.
  await eventually(() => subscribe(t, port));
  await healthz.until("/healthz/cache", 503);
});

test("Redis behind TLS with its own CA: trusted, unknown, and without TLS", async (t) => {
  const port = await freePort();
  const keys = ["--tls-cert-file", fixture("server.pem"), "--tls-key-file", fixture("server-key.pem")];
  startRedis(t, 0, "--tls-port", String(port), ...keys, "--tls-ca-cert-file", ca, "--tls-auth-clients", "no");
  const address = `localhost:${port}`;
  const healthz = await startHealthz(t, {
    checks: {
      trusted: { redis: { address, tls: { ca } }, ...QUICK },
      unknown: { redis: `rediss://${address}`, ...QUICK },
      plain: { redis: address, ...QUICK },
    },
  });
  await healthz.until("/healthz/trusted", 200);
  await eventually(async () => {
    assert.match(await verdictOf(healthz, "unknown"), /^certificate or TLS error/);
    assert.match(await verdictOf(healthz, "plain"), /^(the server closed the connection|connection reset)/);
  });
});

const postgresBin = findPostgres();

/** Debian keeps each version's programs in a directory of its own. */
function findPostgres(): string | undefined {
  try {
    const [newest] = readdirSync("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a));
    return newest && path.join("/usr/lib/postgresql", newest, "bin");
  } catch {
    return undefined;
  }
}

/** The user that PostgreSQL runs as: it refuses to be root. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8")) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}

interface Postgres {
  port: number;
  /** What it has written to its log so far; kept here, because it writes on while the directory is being removed. */
  log(): string;
  /** A copy of a fixture that is the server's own: it refuses a key that others may read. */
  own(name: string): string;
  start(...options: string[]): ChildProcess;
}

/** A cluster of its own, in which everybody on this machine is trusted but `nobody`. */
async function makeCluster(t: TestContext): Promise<Postgres> {
  const user = unprivileged();
  const directory = temporaryDirectory(t);
  const data = path.join(directory, "data");
  mkdirSync(data, { mode: 0o700 });
  if (user.uid !== undefined) for (const each of [directory, data]) chownSync(each, user.uid, user.gid!);
  const bin = (name: string) => path.join(postgresBin!, name);
  execFileSync(bin("initdb"), ["-D", data, "-U", "postgres", "-A", "trust", "-N"], {
    ...user,
    cwd: directory,
    stdio: "ignore",
  });
  const port = await freePort();
  let log = "";
  const start = (...options: string[]) => {
    const args = [
      "-D",
      data,
      "-p",
      String(port),
      "-k",
      directory,
      "-c",
      "listen_addresses=localhost",
      "-F",
      ...options,
    ];
    const child = owned(
      t,
      spawn(bin("postgres"), args, { ...user, cwd: directory, stdio: ["ignore", "ignore", "pipe"] }),
    );
    child.stderr!.on("data", (chunk: Buffer) => {
      log += chunk;
    });
    return child;
  };
  const own = (name: string) => {
    const copy = path.join(directory, name);
    copyFileSync(fixture(name), copy);
    chmodSync(copy, 0o600);
    if (user.uid !== undefined) chownSync(copy, user.uid, user.gid!);
    return copy;
  };
  return { port, log: () => log, own, start };
}

test("PostgreSQL itself: up, unknown user and database, stopped, ended; its log has no complaint", async (t) => {
  if (postgresBin === undefined) return t.skip("PostgreSQL is not installed");
  const cluster = await makeCluster(t);
  const server = cluster.start("-c", "log_min_messages=info");
  const address = `localhost:${cluster.port}`;
  const healthz = await startHealthz(t, {
    checks: {
      store: { postgres: address, ...QUICK, timeout: "500ms" },
      unknownUser: { postgres: { address, user: "nobody" }, ...QUICK },
      unknownDatabase: { postgres: { address, database: "nope" }, ...QUICK },
    },
  });
  for (const name of ["store", "unknownUser", "unknownDatabase"]) await healthz.until(`/healthz/${name}`, 200);
  assert.doesNotMatch(cluster.log(), /incomplete startup packet|invalid length/);
  server.kill("SIGSTOP");
  await healthz.until("/healthz/store", 503);
  assert.match(await verdictOf(healthz, "store"), /^timeout/);
  server.kill("SIGCONT");
  await healthz.until("/healthz/store", 200);
  server.kill("SIGINT");
  await healthz.until("/healthz/store", 503);
});

test("PostgreSQL behind TLS with its own CA: trusted and unknown", async (t) => {
  if (postgresBin === undefined) return t.skip("PostgreSQL is not installed");
  const cluster = await makeCluster(t);
  const [cert, key] = [cluster.own("server.pem"), cluster.own("server-key.pem")];
  cluster.start("-c", "ssl=on", "-c", `ssl_cert_file=${cert}`, "-c", `ssl_key_file=${key}`);
  const address = `localhost:${cluster.port}`;
  const healthz = await startHealthz(t, {
    checks: {
      trusted: { postgres: { address, tls: { ca } }, ...QUICK },
      unknown: { postgres: { address, tls: true }, ...QUICK },
    },
  });
  await healthz.until("/healthz/trusted", 200);
  await eventually(async () => assert.match(await verdictOf(healthz, "unknown"), /^certificate or TLS error/));
  assert.doesNotMatch(cluster.log(), /incomplete startup packet|invalid length/);
});

/** Takes a connection and keeps it until the test ends; rejects when there is none left. */
function holdConnection(t: TestContext, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const queries = ["-c", "select 1", "-c", "select pg_sleep(600)"];
    const client = owned(t, spawn("psql", ["-At", url, ...queries], { stdio: ["ignore", "pipe", "ignore"] }));
    client.stdout!.once("data", () => resolve());
    client.once("error", reject);
    client.once("exit", () => reject(new Error("psql got no connection")));
  });
}

test("PostgreSQL that has no connection left fails with its SQLSTATE", async (t) => {
  if (postgresBin === undefined) return t.skip("PostgreSQL is not installed");
  const cluster = await makeCluster(t);
  cluster.start("-c", "max_connections=1", "-c", "superuser_reserved_connections=0", "-c", "max_wal_senders=0");
  const healthz = await startHealthz(t, { checks: { store: { postgres: `localhost:${cluster.port}`, ...QUICK } } });
  await healthz.until("/healthz/store", 200);
  const url = `postgresql://postgres@localhost:${cluster.port}/postgres`;
  // A check may have the only place at the moment: the client tries until it has it.
  await eventually(() => holdConnection(t, url));
  await healthz.until("/healthz/store", 503);
  assert.match(await verdictOf(healthz, "store"), /^SQLSTATE 53300/);
});
