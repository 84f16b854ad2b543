/** The tools that the lab is put together from. */
import { copyFile, link, mkdir, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ensureTools } from "../toolchain/resolve.ts";
import { fluxManifest } from "../toolchain/flux-manifest.ts";
import { versions } from "../toolchain/versions.ts";
import type { ClusterBinaries } from "./cluster/kwokctl-config.ts";
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

/** Flux's controllers by name, with the versions of the pinned release. */
const controllers = {
  "source-controller": versions.sourceController,
  "kustomize-controller": versions.kustomizeController,
  "helm-controller": versions.helmController,
  "notification-controller": versions.notificationController,
} as const;

const names = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kwok",
  "kwokctl",
  "source-controller",
  "kustomize-controller",
  "helm-controller",
  "notification-controller",
  "pulumi",
  "pulumi-language-nodejs",
  "pulumi-resource-pulumi-nodejs",
  "pulumi-resource-github",
  "helm",
] as const;

/** Finds every tool and Flux's manifest, downloading or building what is missing. */
export async function labTools(paths: LabPaths): Promise<LabTools> {
  const found = await ensureTools(names);
  await fluxManifest();
  await bundlePulumi(paths, found);
  return {
    pulumi: join(bundle(paths), "pulumi"),
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
    images: Object.fromEntries(
      Object.entries(controllers).map(([name, version]) => [
        `ghcr.io/fluxcd/${name}:${version}`,
        found[name as keyof typeof controllers],
      ]),
    ),
    githubProvider: found["pulumi-resource-github"],
  };
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

/** Puts tools for people on the lab's PATH. */
export async function linkTools(paths: LabPaths, { kubectl, helm }: LabTools): Promise<void> {
  await mkdir(paths.bin, { recursive: true });
  for (const [name, target] of Object.entries({ kubectl, helm })) {
    await replace(join(paths.bin, name), (temporary) => symlink(target, temporary));
  }
}

const bundle = (paths: LabPaths) => join(paths.root, "pulumi", "bin");

/** Pulumi looks for its companions in the folder of its own program, where a link does not count: so all are put together. */
async function bundlePulumi(paths: LabPaths, found: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(bundle(paths), { recursive: true });
  for (const name of ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs", "pulumi"] as const) {
    const target = join(bundle(paths), name);
    const source = found[name] ?? "";
    if (await isSameFile(source, target)) continue;
    await replace(target, (temporary) => link(source, temporary).catch(() => copyFile(source, temporary)));
  }
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([stat(one), stat(other)]);
    return a.ino === b.ino ? true : a.size === b.size && b.mtimeMs >= a.mtimeMs;
  } catch {
    return false;
  }
}

/** Makes a file or link by way of a temporary one beside it. */
async function replace(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  await rm(temporary, { force: true });
  await make(temporary);
  await rename(temporary, path);
}
