import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "./cache.ts";
import { exists } from "./commands.ts";
import { officialEndpoints } from "./downloads.ts";
import { messageOf, ToolchainError } from "./errors.ts";
import { assembleFluxManifest } from "./flux-assemble.ts";
import { contentHash, documentsOf, withoutComponents } from "./flux-objects.ts";
import { defaultFluxVersion, fluxVersions, type FluxVersion } from "./flux-versions.ts";
import { findGo } from "./go.ts";
import { Network, Refused, Unreachable } from "./network.ts";
import { cacheRoot, currentPlatform } from "./platform.ts";
import { Progress } from "./progress.ts";
import { ensureTools, type EnsureOptions } from "./resolve.ts";

export interface FluxManifestOptions extends EnsureOptions {
  /** A kubectl to render with. Default: the pinned one, had by `ensureTools` when it comes to that. */
  readonly kubectl?: string;
  /** The known versions. Default: those of flux-versions.ts. */
  readonly known?: Readonly<Record<string, FluxVersion>>;
}

export interface FluxManifest {
  readonly path: string;
  /**
   * A file with the same objects as one JSON array, since YAML takes a hundred times as long to read. The manifest
   * itself where the cache of an earlier version has no such file and may not be written.
   */
  readonly objects: string;
  /** Where it came from in this run. */
  readonly source: "cache" | "download" | "assembled";
}

/**
 * Flux's release manifest of one version, from the first of: the project's cache, the release, the Go modules that
 * the release is made of. Whichever it is, the meaning of its content is what flux-versions.ts pins.
 *
 * @throws ToolchainError for a version that is not known there, and when neither way works
 */
export async function fluxManifest(
  version: string = defaultFluxVersion,
  options: FluxManifestOptions = {},
): Promise<FluxManifest> {
  const name = version.startsWith("v") ? version : `v${version}`;
  const known = options.known ?? fluxVersions;
  const pin = known[name];
  if (pin === undefined) {
    throw new ToolchainError(
      `Flux ${version} is not a version that Slipway knows. Known: ${Object.keys(known).join(", ")}.\n` +
        "Take one of these, or give the path of a manifest of your own.",
    );
  }
  const env = options.env ?? process.env;
  // The pin is in the name, so what is there under it has been checked.
  const path = join(cacheRoot(env), "flux", `${name}-${pin.sha256.slice(0, 12)}`, "install.yaml");
  if (await exists(path)) return { path, objects: await asJson(path), source: "cache" };

  const progress = options.progress ?? new Progress();
  const downloaded =
    env.SLIPWAY_DOWNLOADS === "off" ? undefined : await download(name, pin, path, options, progress);
  if (downloaded !== undefined) {
    await writeWhole(path, downloaded);
    progress.note(`Downloaded the manifest of Flux ${name}.`);
    return { path, objects: await asJson(path), source: "download" };
  }
  await writeWhole(path, await assemble(name, pin, options, env, progress));
  progress.note(`Assembled the manifest of Flux ${name} from its Go modules.`);
  return { path, objects: await asJson(path), source: "assembled" };
}

/** The JSON file beside a manifest, made at the first need. */
async function asJson(path: string): Promise<string> {
  const json = path.replace(/\.yaml$/, ".json");
  if (!(await exists(json))) {
    const objects = documentsOf(await readFile(path, "utf8")).map(({ object }) => object);
    try {
      await writeWhole(json, JSON.stringify(objects));
    } catch {
      return path;
    }
  }
  return json;
}

/** A manifest's text, and a word for where it is from that errors may use. */
export interface FluxManifestText {
  readonly text: string;
  readonly where: string;
}

/**
 * The text of Flux's manifest: of the file, where the user has one of their own, else of the release.
 *
 * @param file a path; relative ones count from the working directory
 * @throws ToolchainError as `fluxManifest` does, and when the file cannot be read
 */
export async function readFluxManifest(
  version: string = defaultFluxVersion,
  file?: string,
  options: FluxManifestOptions = {},
): Promise<FluxManifestText> {
  if (file === undefined) {
    const { path } = await fluxManifest(version, options);
    return { text: await readFile(path, "utf8"), where: `the manifest of Flux ${version}` };
  }
  try {
    return { text: await readFile(file, "utf8"), where: file };
  } catch (error) {
    throw new ToolchainError(`Flux's manifest ${file} cannot be read: ${messageOf(error)}`);
  }
}

/** The release's file, or `undefined` when it is not to be had or not what the pin says; why was said then. */
async function download(
  version: string,
  pin: FluxVersion,
  path: string,
  options: FluxManifestOptions,
  progress: Progress,
): Promise<string | undefined> {
  const network = options.network ?? new Network(options.env === undefined ? {} : { env: options.env });
  const { github } = options.endpoints ?? officialEndpoints;
  const url = `${github}/fluxcd/flux2/releases/download/${version}/install.yaml`;
  const temporary = `${path}.download-${process.pid}`;
  try {
    await network.probe([url]);
    await writeWhole(temporary, "");
    await network.file(url, temporary);
    const text = withoutComponents(await readFile(temporary, "utf8"), pin.without);
    const hash = contentHash(text);
    if (hash === pin.sha256) return text;
    throw new Refused(`its content is ${hash}, and ${pin.sha256} is pinned: not used`);
  } catch (error) {
    const parsing = error instanceof Error && error.name.startsWith("YAML");
    if (!(error instanceof Unreachable) && !(error instanceof Refused) && !parsing) throw error;
    progress.note(`No download of Flux's manifest from ${url}: ${messageOf(error)}.`);
    return undefined;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function assemble(
  version: string,
  pin: FluxVersion,
  options: FluxManifestOptions,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<string> {
  const go = await findGo(options.platform ?? currentPlatform(), [`the manifest of Flux ${version}`], env);
  const kubectl = options.kubectl ?? (await ensureTools(["kubectl"], { ...options, progress })).kubectl;
  const text = await progress.during(
    () => `assembling the manifest of Flux ${version} from its Go modules`,
    () => assembleFluxManifest(version, pin.without, go, kubectl, options.signal),
  );
  const hash = contentHash(text);
  if (hash === pin.sha256) return text;
  throw new ToolchainError(
    `The manifest of Flux ${version}, assembled from its Go modules with ${kubectl}, has the content ${hash}, ` +
      `and ${pin.sha256} is pinned (toolchain/flux-versions.ts): not used.\n` +
      "Modules may have been changed on the way here: check GOPROXY.",
  );
}
