/** Where the lab of a checkout keeps its things: all below `.lab/`, but for what all labs of a user share. */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheRoot } from "../toolchain/platform.ts";

/** The checkout that this file belongs to. */
export const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

export interface LabPaths {
  /** The checkout: the Pulumi project. */
  readonly checkout: string;
  /** The lab's folder; removing it removes the lab's data. */
  readonly root: string;
  /** Held by the command that changes the lab just now. */
  readonly lock: string;
  /** Ports, chosen once. */
  readonly ports: string;
  /** Where the tools are that the lab was started with. */
  readonly tools: string;
  /** Client configuration for the cluster. */
  readonly kubeconfig: string;
  /** Folder of the cluster's own data. */
  readonly cluster: string;
  /** Folder of the Git host's data. */
  readonly gitHost: string;
  /** Folder of the process node's data. */
  readonly processNode: string;
  /** Which program runs for which container image. */
  readonly images: string;
  /** Commands of the lab, first on PATH. */
  readonly bin: string;
  /** Pulumi's home: its plugins and workspaces. */
  readonly pulumiHome: string;
  /** Pulumi's backend: states of the stacks. */
  readonly pulumiState: string;
  /** Records of running services. */
  readonly services: string;
  /** Copies of stacks' files with the lab's salt. */
  readonly stacks: string;
  /** What kubectl remembers of the cluster's API. */
  readonly kubeCache: string;
  /** Logs by part. */
  readonly logs: string;
}

/**
 * Lets Node keep what it has compiled: of the program, its packages and the lab's own parts. It is in the user's cache
 * folder, so that a new lab starts with it; Node holds each file against its content, and several processes may share it.
 *
 * @see https://nodejs.org/api/module.html#module-compile-cache
 */
export function keepCompiled(): { readonly NODE_COMPILE_CACHE: string } {
  return { NODE_COMPILE_CACHE: join(cacheRoot(), "compiled") };
}

/** The paths of a lab. The folder can be chosen, so that tests have labs of their own. */
export function labPaths(folder = process.env["SLIPWAY_LAB"] ?? ""): LabPaths {
  const root = folder === "" ? join(checkout, ".lab") : resolve(folder);
  return {
    checkout,
    root,
    lock: join(root, "lock"),
    ports: join(root, "ports.json"),
    tools: join(root, "tools.json"),
    kubeconfig: join(root, "kubeconfig"),
    cluster: join(root, "cluster"),
    gitHost: join(root, "git-host"),
    processNode: join(root, "process-node"),
    images: join(root, "images.json"),
    bin: join(root, "bin"),
    pulumiHome: join(root, "pulumi", "home"),
    pulumiState: join(root, "pulumi", "state"),
    services: join(root, "services"),
    stacks: join(root, "stacks"),
    kubeCache: join(root, "kube-cache"),
    logs: join(root, "logs"),
  };
}

/** Everything in the lab's folder that the lab has made. A folder that was chosen may have other things in it. */
export function labData(paths: LabPaths): string[] {
  const pulumi = dirname(paths.pulumiHome);
  const { services, logs, bin, stacks, kubeCache, images, tools, kubeconfig } = paths;
  const { cluster, gitHost, processNode, ports } = paths;
  return [
    ...[services, logs, bin, stacks, kubeCache, images, tools, kubeconfig],
    ...[cluster, gitHost, processNode, pulumi, ports],
  ];
}
