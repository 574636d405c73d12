import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { repository, runTool } from "../harness/tool.ts";

const examples = path.join(repository, "examples");
const read = (folder: string, file: string) => readFileSync(path.join(examples, folder, file), "utf8");

interface Container {
  name: string;
  image: string;
  restartPolicy?: string;
  securityContext?: Record<string, unknown>;
  [key: string]: unknown;
}

interface Manifest {
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec?: {
    template?: {
      metadata: { annotations?: Record<string, string> };
      spec: { initContainers?: Container[]; containers: Container[] };
    };
  };
}

const manifests = (folder: string, file: string) =>
  parseAllDocuments(read(folder, file)).map((document) => document.toJS() as Manifest);

const folders = readdirSync(examples).filter((name) => /^\d\d-/.test(name));
const injected = folders.filter((folder) => existsSync(path.join(examples, folder, "outrigger.yaml")));

/** The order in which the tools stand among the init containers (contract: the log-tailer dies last). */
const order = ["config-merge", "log-tailer", "egress-proxy", "healthz", "metrics-exporter"];
const toolOf = { config: order[0], logs: order[1], egress: order[2], health: order[3], metrics: order[4] };

for (const folder of folders) {
  test(`examples/${folder} has a README, a manifest, a Compose file and a script`, () => {
    for (const file of ["README.md", "before.yaml", "docker-compose.yml", "verify.mjs"]) {
      assert.ok(existsSync(path.join(examples, folder, file)), file);
    }
    if (injected.includes(folder)) assert.ok(existsSync(path.join(examples, folder, "after.yaml")));
  });
}

for (const folder of injected) {
  test(`examples/${folder}: after.yaml is before.yaml plus the tools of outrigger.yaml`, () => {
    const configuration = read(folder, "outrigger.yaml");
    const [before, after] = [manifests(folder, "before.yaml"), manifests(folder, "after.yaml")];
    const added = after.filter(({ metadata }) => metadata.name.endsWith("-outrigger"));
    assert.deepEqual(
      added.map(({ kind, data }) => [kind, data?.["outrigger.yaml"]]),
      [["ConfigMap", configuration]],
    );
    assert.equal(after.length, before.length + 1);

    const template = after.find(
      ({ metadata, spec }) => spec?.template && added[0]?.metadata.name === `${metadata.name}-outrigger`,
    )?.spec?.template;
    const hash = createHash("sha256").update(configuration).digest("hex").slice(0, 16);
    assert.equal(template?.metadata.annotations?.["outrigger.dev/injected"], hash);
    const sections = Object.keys(parse(configuration) as object) as (keyof typeof toolOf)[];
    const expected = order.filter((tool) => sections.some((section) => toolOf[section] === tool));
    assert.deepEqual(
      template?.spec.initContainers?.map(({ name }) => name),
      expected,
    );
    for (const container of template?.spec.initContainers ?? []) checkSidecar(container);
  });

  test(`examples/${folder}: outrigger check finds nothing wrong with outrigger.yaml`, async () => {
    const file = path.join(examples, folder, "outrigger.yaml");
    const { code, stdout } = await runTool("outrigger", ["check", "-c", file], { env: { APP_ENVIRONMENT: "TEST" } });
    assert.deepEqual([code, stdout], [0, "ok\n"]);
  });
}

/** What makes it acceptable to the Pod Security Standard `restricted`, and never wait for the application. */
function checkSidecar({ name, image, restartPolicy, securityContext, ...rest }: Container): void {
  assert.match(image, new RegExp(`^outrigger/${name}:\\d`));
  assert.equal(restartPolicy, name === "config-merge" ? undefined : "Always");
  assert.deepEqual(securityContext, {
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  });
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    const { httpGet } = (rest[probe] ?? {}) as { httpGet?: { path: string } };
    if (httpGet)
      assert.match(httpGet.path, name === "healthz" || name === "metrics-exporter" ? /^\/-\// : /^\/(live|ready)z$/);
  }
}

// Compose 1.29 rejects the first, Compose 2 the second; `${X:+y}` is known to the newer one only.
const refused =
  /^\s*(name|include|configs|annotations|attach|post_start|start_interval|subpath|version):|!reset|\$\{\w+:\+/m;

for (const folder of [...folders, ".."]) {
  test(`${folder === ".." ? "docker-compose.yml" : `examples/${folder}/docker-compose.yml`} uses only what Compose 1.29 and 2 both accept, and nothing runs as root`, () => {
    const text = read(folder, "docker-compose.yml");
    assert.doesNotMatch(text.replaceAll(/^\s*#.*$/gm, ""), refused);
    const { services } = parse(text, { merge: true }) as { services: Record<string, Record<string, unknown>> };
    for (const [name, service] of Object.entries(services)) {
      assert.ok(!("user" in service) && !("privileged" in service), name);
      if (!String(service.image).startsWith("outrigger/")) continue;
      assert.deepEqual([service.read_only, service.cap_drop], [true, ["ALL"]], name);
      // Compose 1 accepts ports on a service that shares a network, and fails when it creates it.
      assert.ok(!(service.network_mode && service.ports), name);
    }
  });
}
