import * as downloads from "./downloads.ts";
import type { DownloadFor } from "./downloads.ts";
import { toolNames, type FluxController, type ToolName } from "./tool-names.ts";
import { versions } from "./versions.ts";

/** How a tool that is already on PATH is recognised. */
export interface PathCheck {
  /** Arguments that make the tool print its version. */
  readonly args: readonly string[];
  /** Its first group is the version in what the tool prints, with or without the `v`. */
  readonly version: RegExp;
}

/** A pinned tool: everything that the resolver knows of it, except how it is built (builds.ts). */
export interface Tool {
  readonly name: ToolName;
  readonly version: string;
  /** What it is for, in a few words. */
  readonly what: string;
  /** Absent for a tool that tells no version: it is never taken from PATH. */
  readonly path?: PathCheck;
  /** The tool whose folder this one is taken from when that tool is on PATH: they are released together. */
  readonly companionOf?: ToolName;
  readonly download: DownloadFor;
  /** The whole text of a tool that is a script of our own: nothing has to be built. */
  readonly script?: string;
}

const kubernetesVersion: PathCheck = { args: ["--version"], version: /^Kubernetes (v\S+)/ };

/**
 * Runs the dynamic provider of the program's own @pulumi/pulumi, as the script in Pulumi's tarball does: Node
 * resolves it from the working directory, which is the program's.
 */
const dynamicProvider = `#!/bin/sh
exec node "$(node -p 'require.resolve("@pulumi/pulumi/cmd/dynamic-provider")')" "$@"
`;

/** The table of pinned tools. */
export const tools: Readonly<Record<ToolName, Tool>> = {
  etcd: {
    name: "etcd",
    version: versions.etcd,
    what: "Kubernetes' database",
    path: { args: ["--version"], version: /^etcd Version: (\S+)/ },
    download: downloads.etcd,
  },
  "kube-apiserver": {
    name: "kube-apiserver",
    version: versions.kubernetes,
    what: "Kubernetes",
    path: kubernetesVersion,
    download: downloads.kubernetes("kube-apiserver", 82),
  },
  "kube-controller-manager": {
    name: "kube-controller-manager",
    version: versions.kubernetes,
    what: "Kubernetes",
    path: kubernetesVersion,
    download: downloads.kubernetes("kube-controller-manager", 71),
  },
  "kube-scheduler": {
    name: "kube-scheduler",
    version: versions.kubernetes,
    what: "Kubernetes",
    path: kubernetesVersion,
    download: downloads.kubernetes("kube-scheduler", 48),
  },
  kubectl: {
    name: "kubectl",
    version: versions.kubernetes,
    what: "Kubernetes' client, and kustomize",
    path: { args: ["version", "--client", "-o", "json"], version: /"gitVersion": "(v[^"]+)"/ },
    download: downloads.kubernetes("kubectl", 57),
  },
  kwok: {
    name: "kwok",
    version: versions.kwok,
    what: "simulates pods and nodes",
    path: { args: ["--version"], version: /^kwok version (\S+)/ },
    download: downloads.kwok("kwok"),
  },
  kwokctl: {
    name: "kwokctl",
    version: versions.kwok,
    what: "puts the lab's cluster together",
    path: { args: ["--version"], version: /^kwokctl version (\S+)/ },
    download: downloads.kwok("kwokctl"),
  },
  pulumi: {
    name: "pulumi",
    version: versions.pulumi,
    what: "Pulumi's CLI and engine",
    path: { args: ["version"], version: /^(v\S+)/ },
    download: downloads.pulumi,
  },
  "pulumi-language-nodejs": {
    name: "pulumi-language-nodejs",
    version: versions.pulumi,
    what: "Pulumi's host of Node programs",
    companionOf: "pulumi",
    download: downloads.pulumi,
  },
  "pulumi-resource-pulumi-nodejs": {
    name: "pulumi-resource-pulumi-nodejs",
    version: versions.pulumi,
    what: "Pulumi's dynamic resources",
    companionOf: "pulumi",
    download: downloads.pulumi,
    script: dynamicProvider,
  },
  "source-controller": flux(
    "source-controller",
    versions.sourceController,
    "ff8f3c92f1bcb433e858c948040c3a3393fe73f5dd72048a4502bfaf0a4c26cd",
  ),
  "kustomize-controller": flux(
    "kustomize-controller",
    versions.kustomizeController,
    "2b8bec54ffb6caf421bd2a6c005d27f567d5dd4db7feb55794fb51fcabd69b8f",
  ),
  "helm-controller": flux(
    "helm-controller",
    versions.helmController,
    "16ada99456385100698a5d7adf90aba8a2089d987ab541c9566b6d7b0e897038",
  ),
  "notification-controller": flux(
    "notification-controller",
    versions.notificationController,
    "9ce503e7bcb8493fafe2aaef0c2ac4396df4f6890256acf9cd444a2dcd2a69ed",
  ),
  "source-controller-v1.9.4": flux(
    "source-controller",
    versions.flux294.sourceController,
    "8a8ed0a57b8b86f561d5a4309a69f65e62f0cebe4de8801593c5ff35a3bc3c23",
    "source-controller-v1.9.4",
  ),
  "notification-controller-v1.9.3": flux(
    "notification-controller",
    versions.flux294.notificationController,
    "071c351a0fb163eeb6a2bb82f1e894f51b6b0734216d2e97d3d99c9ab9d710b9",
    "notification-controller-v1.9.3",
  ),
  "pulumi-resource-github": {
    name: "pulumi-resource-github",
    version: versions.githubProvider,
    what: "the GitHub provider behind Pulumi's bridge",
    download: () => ({
      kind: "none",
      because: "it stands in for Pulumi's own plugin, which Pulumi downloads itself where it can",
    }),
  },
  helm: {
    name: "helm",
    version: versions.helm,
    what: "renders charts",
    path: { args: ["version", "--template", "{{.Version}}"], version: /^(v\S+)/ },
    download: downloads.helm,
  },
};

/** Whether a tool of that name is pinned. */
export function isToolName(name: string): name is ToolName {
  return (toolNames as readonly string[]).includes(name);
}

/**
 * A Flux controller: it prints no version, so PATH is never asked. `sha256` is the digest of its image's index, as
 * `docker buildx imagetools inspect ghcr.io/fluxcd/NAME:VERSION` gives it; the names and digests of a whole release
 * are in https://github.com/controlplaneio-fluxcd/flux-operator/tree/main/config/data/flux-images.
 */
function flux(
  controller: FluxController,
  version: string,
  sha256: string,
  name: ToolName = controller,
): Tool {
  return {
    name,
    version,
    what: "Flux",
    download: downloads.fluxController(controller, name, version, `sha256:${sha256}`),
  };
}
