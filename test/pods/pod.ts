// Pods by `podman play kube`: what the manifests of a cluster come down to on one machine. podman 4.3 has no native sidecars
// and runs no probes by itself; the tests ask the endpoints that probes would ask.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { atEnd } from "../harness/at-end.ts";
import { eventually } from "../harness/eventually.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { Container, engineOutput, engineResult, type Finished } from "../images/engine.ts";

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Mount path → volume of the pod. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** Mount paths that are read-only. */
  readonly readOnly?: readonly string[];
  /** Container port → port on 127.0.0.1 of this machine. */
  readonly ports?: Readonly<Record<number, number>>;
}

export interface PodSpec {
  readonly initContainers?: readonly ContainerSpec[];
  readonly containers: readonly ContainerSpec[];
  /** Volume → the files of the ConfigMap it shows; a volume without files is an emptyDir. */
  readonly volumes: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
  /** Host name → address, for services that live in other pods. */
  readonly hosts?: Readonly<Record<string, string>>;
}

// What Pod Security `restricted` asks for, and the limits that the tools are made for.
const secure = {
  securityContext: {
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
  },
  resources: { limits: { memory: "64Mi" } },
};

let pods = 0;

/** A pod that is removed, with its volumes, when the test is over. */
export class Pod {
  readonly name: string;
  /** What `play kube` said: with a failed init container it fails too. */
  readonly started: Finished;

  constructor(name: string, started: Finished) {
    this.name = name;
    this.started = started;
  }

  container(name: string): Container {
    return new Container(`${this.name}-${name}`);
  }

  /** The address of the pod, as other pods see it. */
  get address(): string {
    const infra = engineOutput("pod", "inspect", "--format", "{{.InfraContainerID}}", this.name);
    const networks = new Container(infra).inspect<Record<string, { IPAddress: string }>>(".NetworkSettings.Networks");
    return Object.values(networks)[0]!.IPAddress;
  }

  /** The text of a file in one of the pod's volumes. */
  read(volume: string, file: string): string {
    const mountpoint = engineOutput("volume", "inspect", "--format", "{{.Mountpoint}}", `${this.name}-${volume}`);
    return readFileSync(path.join(mountpoint, file), "utf8");
  }

  /** The numeric user of a container's main process, seen from outside. */
  userOf(name: string): number {
    const status = readFileSync(`/proc/${this.container(name).inspect<number>(".State.Pid")}/status`, "utf8");
    return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]);
  }
}

/** Plays a pod; init containers have ended when this returns. */
export function playPod(t: { after(hook: () => void): void }, spec: PodSpec): Pod {
  const name = `outrigger-test-${process.pid}-${++pods}`;
  const manifest = path.join(temporaryDirectory(t), "pod.yaml");
  // Every JSON text is YAML.
  writeFileSync(
    manifest,
    documents(name, spec)
      .map((one) => JSON.stringify(one, null, 2))
      .join("\n---\n"),
  );
  atEnd(t, () => {
    engineOutput("pod", "rm", "--force", "--ignore", "--time", "0", name);
    for (const volume of Object.keys(spec.volumes)) engineResult("volume", "rm", "--force", `${name}-${volume}`);
  });
  return new Pod(name, engineResult("play", "kube", manifest));
}

function documents(name: string, { initContainers = [], containers, volumes, hosts = {} }: PodSpec): object[] {
  const configMaps = Object.entries(volumes).flatMap(([volume, data]) =>
    data === undefined ? [] : [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: `${name}-${volume}` }, data }],
  );
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    // Without the annotation, podman removes an init container and its log as soon as it has ended.
    metadata: { name, annotations: { "io.podman.annotations.init.container.type": "always" } },
    spec: {
      // podman would run init containers again and again under the default, Always.
      restartPolicy: "Never",
      hostAliases: Object.entries(hosts).map(([host, ip]) => ({ ip, hostnames: [host] })),
      initContainers: initContainers.map((spec) => containerOf(name, spec)),
      containers: containers.map((spec) => containerOf(name, spec)),
      volumes: Object.entries(volumes).map(([volume, data]) => ({
        name: `${name}-${volume}`,
        ...(data === undefined ? { emptyDir: {} } : { configMap: { name: `${name}-${volume}` } }),
      })),
    },
  };
  return [...configMaps, pod];
}

// An emptyDir is a podman volume of the same name, shared by every pod that uses that name: hence the prefix.
function containerOf(
  pod: string,
  { name, image, args = [], env = {}, mounts = {}, readOnly = [], ports = {} }: ContainerSpec,
) {
  return {
    name,
    image,
    args,
    imagePullPolicy: "Never",
    env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
    volumeMounts: Object.entries(mounts).map(([mountPath, volume]) => ({
      name: `${pod}-${volume}`,
      mountPath,
      readOnly: readOnly.includes(mountPath),
    })),
    ports: Object.entries(ports).map(([containerPort, hostPort]) => ({
      containerPort: Number(containerPort),
      hostPort,
      hostIP: "127.0.0.1",
    })),
    ...secure,
  };
}

/** Waits until what the container has written to its standard output matches. */
export async function loggedBy(container: Container, wanted: RegExp): Promise<string> {
  return eventually(() => {
    const { stdout } = container.output;
    if (!wanted.test(stdout)) throw new Error(`${wanted} is not in the log:\n${stdout}`);
    return stdout;
  });
}
