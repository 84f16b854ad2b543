/** One compile cache for all labs of a test run: else each has to compile the program and the providers anew. */
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { LabPaths } from "../../lab/paths.ts";

/** Where the test files, which run in processes of their own, find the folder. */
const variable = "SLIPWAY_TEST_COMPILED";

/** Vitest's global set-up: makes the folder, and gives what removes it. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-compiled-"));
  process.env[variable] = folder;
  return () => rm(folder, { recursive: true, force: true });
}

/** Lets a lab that is about to be made keep there what Node compiles. */
export async function shareCache({ compiled, pulumiHome }: LabPaths): Promise<void> {
  const folder = process.env[variable];
  if (folder === undefined) return;
  for (const link of [compiled, join(pulumiHome, "node-compile-cache")]) {
    await mkdir(dirname(link), { recursive: true });
    await symlink(folder, link);
  }
}
