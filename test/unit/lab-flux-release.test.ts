import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { wantedFluxRelease } from "../../lab/flux-release.ts";
import { labPaths, type LabPaths } from "../../lab/paths.ts";
import { recordTools, withRecordedImages, type LabTools } from "../../lab/tools.ts";
import { defaultFluxVersion } from "../../toolchain/flux-versions.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-release-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the release of Flux that the lab has programs for", () => {
  test.each([
    ["config:\n  slipway:flux:\n    version: 2.9.4\n", "v2.9.4"],
    ["config:\n  slipway:flux: { version: '2.9.4' }\n", "v2.9.4"],
    ["config:\n  slipway:flux: {}\n", defaultFluxVersion],
    ["config:\n  slipway:flux: text\n", defaultFluxVersion],
    ["config: {{ no YAML", defaultFluxVersion],
    ["", defaultFluxVersion],
  ])("with a stack's file of %j is %s", async (text, release) => {
    await writeFile(join(folder, "Pulumi.dev.yaml"), text);
    expect(await wantedFluxRelease(folder)).toBe(release);
  });

  test("is the default without a stack's file", async () => {
    expect(await wantedFluxRelease(join(folder, "nowhere"))).toBe(defaultFluxVersion);
  });
});

describe("a lab's programs", () => {
  const tools = (images: Readonly<Record<string, string>>) => ({ images }) as LabTools;
  let paths: LabPaths;
  let program: string;

  beforeAll(async () => {
    paths = labPaths(join(folder, "lab"));
    program = join(folder, "program");
    await writeFile(program, "");
  });

  test("are those found, in a lab that is new", async () => {
    expect((await withRecordedImages(paths, tools({ "a:2": program }))).images).toEqual({ "a:2": program });
  });

  test("are also those that it had and that are still there", async () => {
    await recordTools(paths, tools({ "a:1": program, "b:1": join(folder, "gone"), "c:1": "/old" }));
    const { images } = await withRecordedImages(paths, tools({ "a:2": program, "c:1": program }));
    expect(images).toEqual({ "a:1": program, "a:2": program, "c:1": program });
  });
});
