/** Finds Flux's release manifest for a stack. */
import { readFile } from "node:fs/promises";
import { parseManifest } from "./components/flux/manifest.ts";
import type { FluxObject } from "./components/flux/objects.ts";
import type { Flux } from "./config/schema.ts";
import { fluxManifest } from "./toolchain/flux-manifest.ts";

/**
 * The objects of the release that the configuration pins: from a file of the user's own, else from the user's cache, the
 * release itself, or the Go modules that it is made of, with its content checked against a pinned digest.
 *
 * @throws when none of these can be had, with what to do
 */
export async function readManifest({ version, manifest }: Flux): Promise<FluxObject[]> {
  const path = manifest ?? (await fluxManifest(version)).path;
  return parseManifest(await readFile(path, "utf8"), path);
}
