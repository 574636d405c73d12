// What is in the images, from the files that `save` writes.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { bundleName, images, launcherName, libraryName } from "../../scripts/images/catalogue.ts";
import { temporaryDirectory } from "../harness/temporary.ts";
import { repository } from "../harness/tool.ts";
import { type SavedImage, saveImages } from "./archive.ts";
import { withoutImages } from "./engine.ts";

const MEGABYTE = 1_000_000;
const MOUNT_POINTS = ["logs", "config", "config-in", "config-out", "data", "metrics", "tmp"];
const FORBIDDEN =
  /(^|\/)(sh|bash|dash|ash|busybox|npm|npx|corepack|yarn|apt|apt-get|dpkg|perl|python3?|curl|wget|tar|nc|su|sudo)$/;

const skip = withoutImages();
const nameOf = ({ name }: { name: string }) => `outrigger/${name}`;

describe("structure of the images", { skip }, () => {
  const directory = temporaryDirectory({ after });
  let saved: Map<string, SavedImage>;
  before(() => {
    saved = saveImages(images.map(nameOf), directory);
  });

  for (const image of images) {
    describe(nameOf(image), () => {
      const of = () => saved.get(nameOf(image))!;
      const withCode = [bundleName(image), ...(image.libraries ?? []).map(libraryName)];
      const bundles = [...withCode, ...(image.lateLibraries ?? []).map(libraryName)];

      test("runs as 65532 with an exec-form entrypoint behind the init, and no command", () => {
        const { User, Entrypoint, Cmd, Volumes } = of().config;
        assert.equal(User, "65532:65532");
        const node = Entrypoint.indexOf("/nodejs/bin/node");
        assert.deepEqual(Entrypoint.slice(0, node), ["/usr/bin/tini", "--"]);
        assert.equal(Entrypoint.at(-1), `/app/${launcherName(image)}`);
        assert.ok(Entrypoint.slice(node + 1, -1).every((flag) => flag.startsWith("--")));
        assert.equal(Cmd ?? null, null);
        assert.equal(Volumes ?? null, null);
      });

      test("exposes the default ports", () => {
        const ports = Object.keys(of().config.ExposedPorts ?? {}).sort();
        assert.deepEqual(ports, image.ports.map((port) => `${port}/tcp`).sort());
      });

      test("is labelled, with the date of the source", () => {
        const { config, created } = of();
        for (const name of ["title", "description", "version", "revision", "source", "documentation", "licenses"]) {
          assert.match(config.Labels[`org.opencontainers.image.${name}`] ?? "", /./, name);
        }
        assert.equal(Date.parse(config.Labels["org.opencontainers.image.created"]!), Date.parse(created));
        assert.match(config.Labels["org.opencontainers.image.base.digest"]!, /^sha256:[0-9a-f]{64}$/);
      });

      test("has no shell, package manager, or setuid file", () => {
        for (const [name, { mode, type }] of of().files) {
          assert.doesNotMatch(name, FORBIDDEN);
          if (type === "file") assert.equal(mode & 0o6000, 0, `${name} is setuid or setgid`);
        }
      });

      test("belongs to root, and only the mount points can be written", () => {
        for (const [name, { uid, gid, mode, type }] of of().files) {
          assert.deepEqual([uid, gid], [0, 0], name);
          if (MOUNT_POINTS.includes(name)) assert.equal(mode & 0o7777, 0o1777, name);
          else if (type !== "symlink") assert.equal(mode & 0o022, 0, `${name} can be written`);
        }
        for (const name of MOUNT_POINTS) assert.equal(of().files.get(name)?.type, "directory", name);
      });

      test("has one bundle and those of its libraries, V8's code for what a start needs, a launcher and its licences, 3 MB at most", () => {
        const app = [...of().files].filter(([name, { type }]) => name.startsWith("app/") && type === "file");
        const code = [...bundles, ...withCode.map((name) => `${name}.cache`)].map((name) => `app/${name}`);
        const wanted = [`app/${launcherName(image)}`, ...code, "app/LICENSES.txt"];
        if (image.health !== undefined) wanted.push("app/probe.cjs");
        assert.deepEqual(app.map(([name]) => name).sort(), wanted.sort());
        assert.ok(app.reduce((sum, [, { size }]) => sum + size, 0) <= 3 * MEGABYTE);
      });

      test("names no path of the machine that built it, and has no source map", () => {
        for (const file of [...bundles, ...withCode.map((name) => `${name}.cache`)]) {
          const bytes = of().read(`app/${file}`);
          for (const trace of [repository, "outrigger-start-", "sourceMappingURL"])
            assert.ok(!bytes.includes(trace), trace);
        }
      });

      test("has ASCII bundles, which its launcher need not decode", () => {
        for (const name of bundles)
          assert.ok(
            !of()
              .read(`app/${name}`)
              .some((byte) => byte > 127),
            name,
          );
      });

      test("says what it is made of", () => {
        const base = JSON.parse(of().read("usr/share/sbom/base.cdx.json").toString("utf8"));
        const parts = base.components.map((component: { name: string }) => component.name);
        for (const part of ["node", "libc6", "libstdc++6", "libgcc-s1", "ca-certificates", "tini"])
          assert.ok(parts.includes(part), part);
        const tools = JSON.parse(of().read(`usr/share/sbom/${image.name}.cdx.json`).toString("utf8"));
        const licenses = of().read("app/LICENSES.txt").toString("utf8");
        assert.match(licenses, /^Outrigger\n[\s\S]*Apache License/);
        for (const [, name] of licenses.matchAll(/^-{80}\n(\S+) \S+ \(.*\)$/gm)) {
          assert.ok(
            tools.components.some((component: { name: string }) => component.name === name),
            name,
          );
        }
      });

      test("is 125 MB at most", () => {
        assert.ok(of().layers.reduce((sum, { bytes }) => sum + bytes, 0) <= 125 * MEGABYTE);
      });
    });
  }

  test("all images share every layer but the last two", () => {
    const [first, ...others] = [...saved.values()].map(({ layers }) => layers.slice(0, -2).map(({ digest }) => digest));
    assert.ok(first!.length > 0);
    for (const other of others) assert.deepEqual(other, first);
  });

  test("the six together are 150 MB at most", () => {
    const unique = new Map(
      [...saved.values()].flatMap(({ layers }) => layers.map(({ digest, bytes }) => [digest, bytes])),
    );
    assert.ok([...unique.values()].reduce((sum, bytes) => sum + bytes, 0) <= 150 * MEGABYTE);
  });

  test("node compresses to less than 50 MB", () => {
    const node = [...saved.values()][0]!.read("nodejs/bin/node");
    assert.ok(gzipSync(node).length <= 50 * MEGABYTE);
  });
});
