/** The lab: a cluster, a node that runs real processes, a Git host, and a Pulumi of its own. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  clusterStatus,
  createCluster,
  deleteCluster,
  stopCluster,
  type ClusterOptions,
} from "./cluster/cluster.ts";
import { cleanEnvironment, labEnvironment, owner } from "./environment.ts";
import { writeAtomically } from "./files.ts";
import { type LabPaths } from "./paths.ts";
import { labPorts, type Ports } from "./ports.ts";
import { servicePid, startService, stopService, type Service } from "./services.ts";
import { ensureStacks, installPulumiCommand } from "./stacks.ts";
import { installPlugins } from "./plugins.ts";
import { labTools, linkTools, type LabTools } from "./tools.ts";

/** A lab with its tools found; it may run or not. */
export interface Lab {
  readonly paths: LabPaths;
  readonly ports: Ports;
  readonly tools: LabTools;
}

/** Says what is going on, one line at a time. */
export type Say = (line: string) => void;

/** State of one part, for people and machines. */
export interface PartStatus {
  readonly part: string;
  readonly running: boolean;
  readonly detail: string;
}

/** Kubernetes contexts of the kubeconfig; `production` is the one of Pulumi.prod.yaml, for its preview. */
const contexts = ["slipway-lab", "production"];

/** Finds the tools, building them if need be, and the ports of a lab. Starts nothing. */
export async function openLab(paths: LabPaths): Promise<Lab> {
  await mkdir(paths.root, { recursive: true, mode: 0o700 });
  const [tools, ports] = [await labTools(paths), await labPorts(paths.ports)];
  return { paths, ports, tools };
}

/** Starts what does not run yet. Safe to repeat; the data are those of before. */
export async function up(lab: Lab, say: Say): Promise<void> {
  const { paths, ports, tools } = lab;
  const began = Date.now();
  const pulumi = async () => {
    await linkTools(paths, tools);
    await installPulumiCommand(paths, tools.pulumi);
    await installPlugins(paths, tools, say);
  };
  await Promise.all([startService(paths, gitHost(lab)), createCluster(clusterOptions(lab)), pulumi()]);
  await writeAtomically(paths.images, `${JSON.stringify(tools.images, null, 2)}\n`);
  await Promise.all([
    startService(paths, processNode(lab)),
    ensureStacks(paths, tools.pulumi, await labEnvironment(paths, ports)),
  ]);
  say(`The lab is up (${((Date.now() - began) / 1000).toFixed(1)} s).`);
}

/** Stops everything and keeps the data. */
export async function down(lab: Pick<Lab, "paths" | "ports" | "tools">): Promise<void> {
  // The process node first: its pods end as on a node that is drained, while the API server still takes their state.
  await stopService(lab.paths, "process-node");
  await Promise.all([stopService(lab.paths, "git-host"), stopCluster(clusterOptions(lab))]);
}

/** Stops everything and removes the data: cluster, repositories and states of the stacks. */
export async function reset(lab: Lab): Promise<void> {
  await stopService(lab.paths, "process-node");
  await stopService(lab.paths, "git-host");
  await deleteCluster(clusterOptions(lab));
  await rm(lab.paths.root, { recursive: true, force: true });
}

/** What runs. */
export async function status(lab: Lab): Promise<PartStatus[]> {
  const { paths, ports } = lab;
  const cluster = await clusterStatus(clusterOptions(lab));
  const service = async (part: string, address: string): Promise<PartStatus> => {
    const pid = await servicePid(paths, part);
    return {
      part,
      running: pid !== undefined,
      detail: pid === undefined ? "stopped" : `${address} (process ${pid})`,
    };
  };
  return [
    { part: "cluster", running: cluster.ready, detail: `https://127.0.0.1:${ports.apiserver}` },
    ...cluster.components.map(({ name, running, pid }) => ({
      part: name,
      running,
      detail: running ? `process ${pid ?? "?"}` : "stopped",
    })),
    await service("process-node", "real Flux controllers"),
    await service("git-host", `http://127.0.0.1:${ports.gitHttp} and ssh://git@127.0.0.1:${ports.gitSsh}`),
  ];
}

/** The file with a part's log. */
export function logFile(paths: LabPaths, part: string): string {
  const services = ["git-host", "process-node"];
  if (services.includes(part)) return join(paths.logs, `${part}.log`);
  return join(paths.cluster, "clusters", clusterName, "logs", `${part}.log`);
}

/** Name of the lab's cluster for kwokctl. */
const clusterName = "lab";

/** How the lab's cluster is put together. */
export function clusterOptions({ paths, ports, tools }: Lab): ClusterOptions {
  return {
    name: clusterName,
    dataDir: paths.cluster,
    binaries: tools.cluster,
    ports,
    kubeconfig: paths.kubeconfig,
    contexts,
    processNode: { images: Object.keys(tools.images), namespace: "flux-system" },
  };
}

function gitHost({ paths, ports }: Lab): Service {
  return nodeService("git-host", [
    join(paths.checkout, "lab", "git-host", "main.ts"),
    ...["--data", paths.gitHost],
    ...["--http-port", String(ports.gitHttp)],
    ...["--ssh-port", String(ports.gitSsh)],
    ...["--owner", owner],
  ]);
}

function processNode({ paths }: Lab): Service {
  return nodeService("process-node", [
    join(paths.checkout, "lab", "process-node", "main.ts"),
    ...["--kubeconfig", paths.kubeconfig],
    ...["--data", paths.processNode],
    ...["--images", paths.images],
    ...["--node-name", "process-node"],
    ...["--namespace", "flux-system"],
  ]);
}

function nodeService(name: string, args: readonly string[]): Service {
  return { name, command: process.execPath, args, env: cleanEnvironment() };
}
