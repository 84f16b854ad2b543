/** The tools that the lab is put together from. */
import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  binFolder,
  ensureTools,
  fluxManifest,
  fluxPrograms,
  fluxVersions,
  type EnsureOptions,
} from "../toolchain/index.ts";
import { exists } from "../toolchain/commands.ts";
import type { ClusterBinaries } from "./cluster/kwokctl-config.ts";
import { readIfPresent, writeAtomically } from "./files.ts";
import type { LabPaths } from "./paths.ts";

/** Where the lab's tools are. */
export interface LabTools {
  /** Pulumi's command; its language host and dynamic provider lie beside it. */
  readonly pulumi: string;
  readonly kubectl: string;
  readonly helm: string;
  readonly cluster: ClusterBinaries;
  /** Programs of the container images that the process node runs for real. */
  readonly images: Readonly<Record<string, string>>;
  /** The stand-in for the GitHub plugin. */
  readonly githubProvider: string;
}

const names = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kwok",
  "kwokctl",
  "pulumi",
  "pulumi-language-nodejs",
  "pulumi-resource-pulumi-nodejs",
  "pulumi-resource-github",
  "helm",
] as const;

/**
 * Finds every tool and Flux's manifests, downloading or building what is missing.
 *
 * @param releases versions of Flux whose controllers the lab is to have programs for, such as `v2.9.3`
 */
export async function labTools(releases: readonly string[], options: EnsureOptions = {}): Promise<LabTools> {
  const programs = new Map(releases.flatMap((release) => [...fluxPrograms(release)]));
  const found = await ensureTools([...names, ...programs.values()], options);
  for (const release of releases) if (release in fluxVersions) await fluxManifest(release, options);
  const family = await binFolder({
    pulumi: found.pulumi,
    "pulumi-language-nodejs": found["pulumi-language-nodejs"],
    "pulumi-resource-pulumi-nodejs": found["pulumi-resource-pulumi-nodejs"],
  });
  return {
    pulumi: join(family, "pulumi"),
    kubectl: found.kubectl,
    helm: found.helm,
    cluster: {
      kwokctl: found.kwokctl,
      kwok: found.kwok,
      etcd: found.etcd,
      kubeApiserver: found["kube-apiserver"],
      kubeControllerManager: found["kube-controller-manager"],
      kubeScheduler: found["kube-scheduler"],
      kubectl: found.kubectl,
    },
    images: Object.fromEntries([...programs].map(([image, name]) => [image, found[name]])),
    githubProvider: found["pulumi-resource-github"],
  };
}

/** Keeps where the tools are, for the commands that may neither build nor download. */
export async function recordTools(paths: LabPaths, tools: LabTools): Promise<void> {
  await writeAtomically(paths.tools, `${JSON.stringify(tools, null, 2)}\n`);
}

/** The tools that the lab was started with last; nothing if it never was. */
export async function recordedTools(paths: LabPaths): Promise<LabTools | undefined> {
  const text = await readIfPresent(paths.tools);
  return text === undefined ? undefined : (JSON.parse(text) as LabTools);
}

/**
 * The same tools, with the programs of images that the lab had before and that are still there: what was installed with
 * them goes on running.
 */
export async function withRecordedImages(paths: LabPaths, tools: LabTools): Promise<LabTools> {
  const images: Record<string, string> = {};
  for (const [image, program] of Object.entries((await recordedTools(paths))?.images ?? {}))
    if (await exists(program)) images[image] = program;
  return { ...tools, images: { ...images, ...tools.images } };
}

/** Every tool by the name of its program. */
export function toolFiles(tools: LabTools): Record<string, string> {
  const { kwokctl, kwok, etcd, kubeApiserver, kubeControllerManager, kubeScheduler } = tools.cluster;
  return {
    ...{ kwokctl, kwok, etcd, pulumi: tools.pulumi, kubectl: tools.kubectl, helm: tools.helm },
    "kube-apiserver": kubeApiserver,
    "kube-controller-manager": kubeControllerManager,
    "kube-scheduler": kubeScheduler,
    ...Object.fromEntries(Object.values(tools.images).map((path) => [basename(path), path])),
  };
}

/** Puts tools for people, and the Node that runs the lab, on the lab's PATH. */
export async function linkTools(paths: LabPaths, { kubectl, helm }: LabTools): Promise<void> {
  await mkdir(paths.bin, { recursive: true });
  for (const [name, target] of Object.entries({ kubectl, helm, node: process.execPath })) {
    await replaceLink(join(paths.bin, name), target);
  }
}

async function replaceLink(path: string, target: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, path);
}
