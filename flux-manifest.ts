/** Finds Flux's release manifest for a stack. */
import { readFile } from "node:fs/promises";
import { messageOf } from "./components/error-message.ts";
import { resourceProblem } from "./components/flux/controller-resources.ts";
import { parseManifest } from "./components/flux/manifest.ts";
import type { FluxObject } from "./components/flux/objects.ts";
import { fluxOptionsProblems } from "./components/flux/options-problems.ts";
import { fluxOptions } from "./config/flux-schema.ts";
import { problemOf } from "./config/flux-references.ts";
import { object, text } from "./config/loose.ts";
import { ConfigError, show, type Problem } from "./config/problems.ts";
import type { Flux } from "./config/schema.ts";
import { fluxManifest } from "./toolchain/flux-manifest.ts";
import { fluxVersions } from "./toolchain/flux-versions.ts";

/** Where everything that is wrong here is mended. */
const section = "slipway:flux";

/**
 * The objects of the release that the configuration pins: from a file of the user's own, else from the user's cache, the
 * release itself, or the Go modules that it is made of, with its content checked against a pinned digest.
 *
 * @throws {ConfigError} when the file cannot be read, or the options do not fit the manifest
 * @throws when the release cannot be had, with what to do
 */
export async function readManifest(flux: Flux): Promise<FluxObject[]> {
  const objects = flux.manifest === undefined ? await release(flux.version) : await ownFile(flux.manifest);
  const options = fluxOptionsProblems(fluxOptions(flux), objects, section).map(problemOf);
  const kinds = objects.map(resourceProblem).filter((problem) => problem !== undefined);
  const problems = [...options, ...kinds.map((problem) => problemOf(`${section}.${problem}`))];
  if (problems.length > 0) throw new ConfigError(problems);
  return objects;
}

/**
 * What is wrong with the version in the section `flux`, which need not have been checked: where no manifest is given, it has
 * to be a release that is known.
 */
export function versionProblems(flux: unknown): Problem[] {
  const { version, manifest } = object(flux);
  const wanted = text(version);
  if (wanted === undefined || manifest !== undefined || `v${wanted}` in fluxVersions) return [];
  // What is no version at all is a finding of the schema's.
  if (!/^\d+\.\d+\.\d+$/.test(wanted)) return [];
  const known = Object.keys(fluxVersions).map((name) => name.slice(1));
  const message = `got "${wanted}", and Slipway knows ${known.join(" and ")}: take one of these, or give a manifest of your own in flux.manifest`;
  return [{ key: `${section}.version`, message }];
}

async function release(version: string): Promise<FluxObject[]> {
  const problems = versionProblems({ version });
  if (problems.length > 0) throw new ConfigError(problems);
  const { path, objects } = await fluxManifest(version);
  return parseManifest(await readFile(objects, "utf8"), path);
}

async function ownFile(path: string): Promise<FluxObject[]> {
  const wrong = (message: string) => new ConfigError([{ key: `${section}.manifest`, message }]);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw wrong(
      `got ${show(path)}, which cannot be read (${code ?? "unknown"}): write a path below the project`,
    );
  });
  try {
    return parseManifest(text, path);
  } catch (error) {
    throw wrong(messageOf(error));
  }
}
