import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fluxSchema } from "../../config/flux-schema.ts";
import { ConfigError } from "../../config/problems.ts";
import { readManifest } from "../../flux-manifest.ts";
import { smallManifest, smallManifestText } from "./flux-small-manifest.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-test-manifest-"));
  const job = "---\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: extra\n";
  writeFileSync(join(folder, "good.yaml"), smallManifestText);
  writeFileSync(join(folder, "more.yaml"), `${smallManifestText}${job}`);
  writeFileSync(join(folder, "empty.yaml"), "# nothing\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (file: string, options: object = {}) =>
  readManifest(fluxSchema.parse({ manifest: join(folder, file), ...options }));

async function findings(file: string, options: object = {}): Promise<string[]> {
  const error: unknown = await read(file, options).catch((reason: unknown) => reason);
  if (!(error instanceof ConfigError)) throw new Error(`not a ConfigError: ${String(error)}`);
  return error.problems.map(({ key, message }) => `${key}: ${message}`);
}

test("a manifest of one's own is read from its file", async () => {
  expect(await read("good.yaml")).toEqual(smallManifest);
});

test("options that the manifest or Flux does not take are refused with their keys, all at once", async () => {
  const options = {
    components: ["kustomize-controller"],
    registry: "https://mirror.example/flux",
    replicas: { "kustomize-controller": 0, "helm-controller": 2 },
  };
  const found = (await findings("good.yaml", options)).join("\n");
  expect(found).toContain('slipway:flux.components: "source-controller" is missing');
  expect(found).toContain('slipway:flux.registry: "https://mirror.example/flux" has a scheme');
  expect(found).toContain("slipway:flux.replicas.kustomize-controller: 0 is no number of pods");
  expect(found).toContain('slipway:flux.replicas: "helm-controller" is not installed');
});

test("an object that cannot be installed is a finding of the manifest", async () => {
  expect(await findings("more.yaml")).toEqual([
    expect.stringContaining("slipway:flux.manifest: Job/extra is of a kind that is not known here"),
  ]);
});

test.each([
  ["is not there", "none.yaml", "cannot be read (ENOENT): write a path below the project"],
  ["is a folder", ".", "cannot be read (EISDIR)"],
  ["has no objects", "empty.yaml", "it has no objects"],
])("a manifest that %s is a finding with its key", async (_, file, expected) => {
  const found = await findings(file);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/^slipway:flux\.manifest: /);
  expect(found[0]).toContain(expected);
});
