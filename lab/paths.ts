/** Where the lab of a checkout keeps its things: all below `.lab/`, and nothing elsewhere. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout that this file belongs to. */
export const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

export interface LabPaths {
  /** The checkout: the Pulumi project. */
  readonly checkout: string;
  /** The lab's folder; removing it removes the lab's data. */
  readonly root: string;
  /** Ports, chosen once. */
  readonly ports: string;
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
  /** Logs by part. */
  readonly logs: string;
}

/** The paths of a lab. The folder can be chosen, so that tests have labs of their own. */
export function labPaths(root = process.env["SLIPWAY_LAB"] ?? join(checkout, ".lab")): LabPaths {
  return {
    checkout,
    root,
    ports: join(root, "ports.json"),
    kubeconfig: join(root, "kubeconfig"),
    cluster: join(root, "cluster"),
    gitHost: join(root, "git-host"),
    processNode: join(root, "process-node"),
    images: join(root, "images.json"),
    bin: join(root, "bin"),
    pulumiHome: join(root, "pulumi", "home"),
    pulumiState: join(root, "pulumi", "state"),
    services: join(root, "services"),
    logs: join(root, "logs"),
  };
}
