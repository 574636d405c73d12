import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryDirectory } from "../harness/temporary.ts";
import { repository, runTool } from "../harness/tool.ts";

const { version } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as { version: string };

const configuration = 'config: { /config-out/version.txt: { content: "v2" } }\n';

/** The findings about a manifest, without the directory in front. */
async function check(t: TestContext, manifest: string, stdin = false) {
  const directory = temporaryDirectory(t);
  writeFileSync(path.join(directory, "outrigger.yaml"), configuration);
  writeFileSync(path.join(directory, "pod.yaml"), manifest);
  const source = stdin ? "-" : path.join(directory, "pod.yaml");
  const args = ["check", "-c", path.join(directory, "outrigger.yaml"), "-f", source];
  const { code, stdout, stderr } = await runTool("outrigger", args, stdin ? { stdin: manifest } : {});
  assert.equal(stderr, "");
  return { code, findings: stdout.replaceAll(`${directory}/`, "").split("\n").slice(0, -1) };
}

/** A pod with one init container and one container. */
const pod = (init: string, rest = "") => `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  initContainers:
    - ${init}
  containers:
    - { name: web, image: nginx }
  volumes:
    - { name: out, emptyDir: {} }
${rest}`;

const mounts = (readOnly: boolean, mountPath = "/config-out") =>
  `volumeMounts: [{ name: out, mountPath: ${mountPath}, readOnly: ${readOnly} }]`;

test("config-merge on a read-only mount is an error that names container, path, mount and cure", async (t) => {
  const { code, findings } = await check(
    t,
    pod(`{ name: init-version, image: "r.example/outrigger/config-merge:${version}", ${mounts(true)} }`),
  );
  assert.equal(code, 2);
  assert.equal(findings.length, 1);
  assert.match(
    findings[0] ?? "",
    /^pod\.yaml:6:\d+: spec\.initContainers\[0\]\.volumeMounts\[0\]\.readOnly: error: Pod\/web: /,
  );
  assert.match(findings[0] ?? "", /init-version writes \/config-out\/version\.txt, .*readOnly; remove readOnly: true/);
});

test("so is a shell's redirection", async (t) => {
  const command = `command: [sh, -c, "echo v2 > /config-out/version.txt"]`;
  const { code, findings } = await check(t, pod(`{ name: init-version, image: busybox, ${command}, ${mounts(true)} }`));
  assert.equal(code, 2);
  assert.match(findings[0] ?? "", /init-version writes \/config-out\/version\.txt/);
});

for (const [name, init] of [
  ["a writable mount", `{ name: config-merge, image: x, ${mounts(false)} }`],
  ["another directory", `{ name: config-merge, image: x, ${mounts(true, "/config-out-too")} }`],
  ["a tool of this version, with a digest", `{ name: t, image: "outrigger/healthz:${version}@sha256:00ff" }`],
  ["somebody else's image of that name", '{ name: t, image: "example/healthz:7" }'],
] as const) {
  test(`no finding: ${name}`, async (t) => {
    assert.deepEqual(await check(t, pod(init)), { code: 0, findings: ["ok"] });
  });
}

for (const [name, manifest, message] of [
  [
    "a volume that is not declared",
    pod("{ name: i, image: x, volumeMounts: [{ name: oot, mountPath: /o }] }"),
    /mounts the volume oot, which the pod does not declare; did you mean "out"\?/,
  ],
  [
    "an image of another version",
    pod("{ name: i, image: outrigger/healthz:0.0.1 }"),
    /runs outrigger\/healthz:0\.0\.1; .*use the tag/,
  ],
  ["an image without a tag", pod("{ name: i, image: outrigger/log-tailer }"), /runs outrigger\/log-tailer; /],
  [
    "an unknown annotation",
    "kind: Pod\nmetadata: { name: web, annotations: { outrigger.dev/injekt: 'no' } }\nspec: { containers: [] }\n",
    /unknown annotation outrigger\.dev\/injekt; did you mean "outrigger\.dev\/inject"\?/,
  ],
  ["broken YAML", "kind: Pod\nspec: { containers: [\n", /^pod\.yaml:\d+:\d+: error: is not valid YAML/],
  [
    "a template",
    "kind: Pod\nmetadata:\n{{- if .Values.meta }}\n  name: x\n{{- end }}\n",
    /is a template; render it first/,
  ],
] as const) {
  test(`an error in a manifest: ${name}`, async (t) => {
    const { code, findings } = await check(t, manifest);
    assert.match(findings.join("\n"), message);
    assert.equal(code, 2);
  });
}

test("pods are found in workloads, cron jobs, lists and streams, and claims are volumes", async (t) => {
  const spec = (mounts: string) => `{ containers: [{ name: c, image: outrigger/healthz:0.0.1${mounts} }] }`;
  const manifest = `kind: StatefulSet
metadata: { name: db }
spec: { template: { spec: ${spec(", volumeMounts: [{ name: data, mountPath: /d }]")} }, volumeClaimTemplates: [{ metadata: { name: data } }] }
---
# nothing here
---
kind: List
items:
  - kind: CronJob
    metadata: { name: nightly }
    spec: { jobTemplate: { spec: { template: { spec: ${spec("")} } } } }
  - { kind: Service, metadata: { name: s }, spec: { ports: [] } }
`;
  const { code, findings } = await check(t, manifest);
  assert.equal(code, 2);
  assert.deepEqual(
    findings.map((finding) => /error: (\w+\/\w+): /.exec(finding)?.[1]),
    ["StatefulSet/db", "CronJob/nightly"],
  );
});

test("standard input is a manifest as well", async (t) => {
  const { code, findings } = await check(t, pod("{ name: i, image: outrigger/healthz:0.0.1 }"), true);
  assert.equal(code, 2);
  assert.match(findings[0] ?? "", /^stdin:6:/);
});

test("a directory stands for its manifests, and one that cannot be read is status 1", async (t) => {
  const directory = temporaryDirectory(t);
  const file = path.join(directory, "outrigger.yaml");
  writeFileSync(file, configuration);
  mkdirSync(path.join(directory, "manifests/deep"), { recursive: true });
  writeFileSync(path.join(directory, "manifests/deep/pod.yml"), pod("{ name: i, image: outrigger/healthz:0.0.1 }"));
  writeFileSync(path.join(directory, "manifests/README.md"), "{{ not YAML");
  const found = await runTool("outrigger", ["check", "-c", file, "-f", path.join(directory, "manifests")]);
  assert.equal(found.code, 2);
  assert.match(found.stdout, /manifests\/deep\/pod\.yml:6:/);
  const missing = await runTool("outrigger", ["check", "-c", file, "-f", path.join(directory, "gone.yaml")]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /gone\.yaml \(ENOENT\)/);
});

test("values of the wrong type are somebody else's finding, not a crash", async (t) => {
  const manifest =
    "kind: Pod\nspec: { containers: x }\n---\n- a\n---\nspec: { template: { spec: { volumes: 3, containers: [null, 7, { name: [], image: {}, volumeMounts: [null, { name: 7, mountPath: [a] }] }] } } }\n";
  assert.deepEqual(await check(t, manifest), { code: 0, findings: ["ok"] });
});
