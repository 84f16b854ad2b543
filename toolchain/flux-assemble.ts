import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToolchainError, withoutCredentials } from "./errors.ts";
import type { GoSetup } from "./go.ts";
import { run } from "./run.ts";

/** `https://github.com/fluxcd/source-controller/releases/download/v1.9.3/source-controller.crds.yaml` */
const releaseUrl =
  /https:\/\/github\.com\/fluxcd\/([a-z-]+)\/releases\/download\/(v[\d.]+)\/[a-z-]+\.(crds|deployment)\.yaml/g;

/** Two files of a controller's release, and the folders of its module that they are rendered from. */
const sources = { crds: "crd", deployment: "manager" } as const;

interface Module {
  readonly name: string;
  readonly version: string;
  readonly path: string;
}

/**
 * Renders Flux's release manifest as the release itself does (`kustomize build manifests/install` of flux2), from
 * Go modules: where a base names two files of a controller's release, it gets the two folders of that controller's
 * module at that version which these files are rendered from.
 *
 * @param without components to leave out
 * @param kubectl whose `kustomize` renders
 * @throws ToolchainError when a module cannot be downloaded or kustomize fails
 */
export async function assembleFluxManifest(
  version: string,
  without: readonly string[],
  go: GoSetup,
  kubectl: string,
  signal?: AbortSignal,
): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), "slipway-flux-"));
  try {
    const flux2 = { name: "flux2", version, path: "github.com/fluxcd/flux2/v2" };
    const [flux2Folder] = await moduleFolders([flux2], go, work, signal);
    const manifests = join(work, "manifests");
    await copyWritable(join(flux2Folder ?? "", "manifests"), manifests);
    await leaveOut(manifests, without);
    await fillBases(join(manifests, "bases"), without, go, work, signal);
    const { code, stdout, stderr } = await run(kubectl, ["kustomize", join(manifests, "install")], {
      env: { PATH: process.env.PATH, HOME: work },
      ...(signal === undefined ? {} : { signal }),
    });
    if (code === 0) return stdout;
    throw new ToolchainError(`Flux ${version}: ${kubectl} kustomize fails: ${stderr.trim()}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function leaveOut(manifests: string, without: readonly string[]): Promise<void> {
  const file = join(manifests, "install", "kustomization.yaml");
  const lines = (await readFile(file, "utf8")).split("\n");
  const kept = lines.filter((line) => !without.some((name) => line.trim() === `- ../bases/${name}`));
  await writeFile(file, kept.join("\n"));
}

async function fillBases(
  bases: string,
  without: readonly string[],
  go: GoSetup,
  work: string,
  signal?: AbortSignal,
): Promise<void> {
  const names = (await readdir(bases)).filter((name) => !without.includes(name));
  const texts = await Promise.all(
    names.map((name) => readFile(join(bases, name, "kustomization.yaml"), "utf8")),
  );
  const modules = names.map((name, index) => moduleOf(name, texts[index] ?? ""));
  const folders = await moduleFolders(modules, go, work, signal);
  for (const [index, name] of names.entries()) {
    const base = join(bases, name);
    for (const folder of Object.values(sources)) {
      await copyWritable(join(folders[index] ?? "", "config", folder), join(base, folder));
    }
    const text = (texts[index] ?? "").replaceAll(
      releaseUrl,
      (_url, _name, _version, kind: keyof typeof sources) => sources[kind],
    );
    await writeFile(join(base, "kustomization.yaml"), text);
  }
}

/** The module of the controller that a base takes two release files of. */
function moduleOf(base: string, kustomization: string): Module {
  const [files] = [[...kustomization.matchAll(releaseUrl)]];
  const [, name, version] = files[0] ?? [];
  if (files.length !== 2 || name === undefined || version === undefined) {
    throw new ToolchainError(
      `manifests/bases/${base} of flux2 names ${files.length} release files instead of the two that are known ` +
        "(CRDs and Deployment): this version of Flux cannot be assembled.",
    );
  }
  const major = /^v(\d+)/.exec(version)?.[1] ?? "1";
  return { name, version, path: `github.com/fluxcd/${name}${Number(major) > 1 ? `/v${major}` : ""}` };
}

/** The folders of modules in Go's cache, downloaded where they are not there. */
async function moduleFolders(
  modules: readonly Module[],
  go: GoSetup,
  cwd: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const wanted = modules.map(({ path, version }) => `${path}@${version}`);
  const { stdout, stderr, failure } = await run(go.binary, ["mod", "download", "-json", ...wanted], {
    // Go's checksum database is not needed: the rendered content is checked against a pin.
    env: { ...go.env, GONOSUMDB: [go.env.GONOSUMDB, "github.com/fluxcd/*"].filter(Boolean).join(",") },
    cwd,
    ...(signal === undefined ? {} : { signal }),
  });
  signal?.throwIfAborted();
  const answers = jsonObjects(stdout);
  return wanted.map((module) => {
    const answer = answers.find(({ Path, Version }) => `${Path ?? ""}@${Version ?? ""}` === module);
    if (answer?.Dir !== undefined) return answer.Dir;
    const why = answer?.Error ?? failure?.message ?? (stderr.trim() || "no answer of Go");
    throw new ToolchainError(
      `The Go module ${module} cannot be downloaded from ${go.proxy}: ${withoutCredentials(why)}\n` +
        "Let this machine reach github.com or that proxy, or name another one: GOPROXY=https://…",
    );
  });
}

interface DownloadedModule {
  readonly Path?: string;
  readonly Version?: string;
  readonly Dir?: string;
  readonly Error?: string;
}

/** Go prints one indented object after the other. */
function jsonObjects(text: string): DownloadedModule[] {
  return text
    .split(/^(?=\{)/m)
    .filter((part) => part.trim() !== "")
    .map((part) => JSON.parse(part) as DownloadedModule);
}

/** Go's module cache is read-only, and so would its copies be. */
async function copyWritable(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}
