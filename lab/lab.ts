/** The lab: a cluster, a node that runs real processes, a Git host, and a Pulumi of its own. */
import { mkdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { Network, Progress, type EnsureOptions } from "../toolchain/index.ts";
import { exists } from "../toolchain/commands.ts";
import { withLock } from "../toolchain/lock.ts";
import { freePorts } from "./busy-ports.ts";
import { createCluster, deleteCluster, stopCluster, type ClusterOptions } from "./cluster/cluster.ts";
import { componentStates } from "./cluster/components.ts";
import type { ClusterBinaries } from "./cluster/kwokctl-config.ts";
import { cleanEnvironment, labEnvironment, owner } from "./environment.ts";
import { LabError } from "./errors.ts";
import { writeAtomically } from "./files.ts";
import { wantedFluxRelease } from "./flux-release.ts";
import { checkFolder, checkMachine, checkRoom, fullDisk } from "./machine.ts";
import { keepCompiled, labData, type LabPaths } from "./paths.ts";
import { installPlugins } from "./plugins.ts";
import { labPorts, readPorts, type Ports } from "./ports.ts";
import { endOrphans } from "./process-node/child.ts";
import { installPulumiCommand } from "./pulumi-command.ts";
import { isServiceRunning, startService, stopService, type Service } from "./services.ts";
import { endPulumiOrphans } from "./pulumi-orphans.ts";
import { ensureStacks } from "./stacks.ts";
import {
  labTools,
  linkTools,
  recordedTools,
  recordTools,
  withRecordedImages,
  type LabTools,
} from "./tools.ts";

/** A lab with its tools found; it may run or not. */
export interface Lab {
  readonly paths: LabPaths;
  readonly ports: Ports;
  readonly tools: LabTools;
  /** What the tools were found with: its network knows which hosts do not answer. */
  readonly toolchain: EnsureOptions;
}

/** Says what is going on, one line at a time. */
export type Say = (line: string) => void;

/** Kubernetes contexts of the kubeconfig; `production` is the one of Pulumi.prod.yaml, for its preview. */
const contexts = ["slipway-lab", "production"];

/** Name of the lab's cluster for kwokctl. */
const clusterName = "lab";

/** kwokctl's folder of the lab's cluster. */
export const clusterFolder = (paths: LabPaths): string => join(paths.cluster, "clusters", clusterName);

/**
 * Finds the tools, downloading or building them if need be, and the ports of a lab. Starts nothing.
 *
 * @param toolchain who to tell, when to stop. Default: a `Progress` on stderr, and never
 */
export async function openLab(paths: LabPaths, toolchain: EnsureOptions = {}): Promise<Lab> {
  const options = { progress: new Progress(), network: new Network(), ...toolchain };
  checkFolder(paths.root);
  const advice = await checkMachine();
  if (advice !== undefined) options.progress.note(advice);
  const found = await labTools([await wantedFluxRelease(paths.checkout)], options);
  const tools = await withRecordedImages(paths, found);
  await mkdir(paths.root, { recursive: true, mode: 0o700 });
  return { paths, ports: await labPorts(paths.ports), tools, toolchain: options };
}

/**
 * Starts what does not run yet. Safe to repeat, to interrupt and to type twice at a time; the data are those of before.
 *
 * @throws LabError when a port of the lab is busy
 */
export async function up(lab: Lab, say: Say): Promise<void> {
  const { signal } = lab.toolchain;
  await alone(lab.paths, say, signal, async () => {
    // A reset may have been faster: then the ports are chosen anew, and this lab is no more.
    const ports = await labPorts(lab.paths.ports);
    if (JSON.stringify(ports) !== JSON.stringify(lab.ports))
      throw new LabError("the lab was reset meanwhile: type the same again");
    const began = Date.now();
    try {
      await start(lab, say);
    } catch (error) {
      // Whatever a Ctrl-C broke on its way, it is the reason.
      signal?.throwIfAborted();
      const full = await fullDisk(lab.paths.root);
      throw full === undefined ? error : new LabError(full, { cause: error });
    }
    signal?.throwIfAborted();
    say(`The lab is up (${((Date.now() - began) / 1000).toFixed(1)} s).`);
  });
}

async function start(lab: Lab, say: Say): Promise<void> {
  const { paths, ports, tools, toolchain } = lab;
  const running = await runningParts(paths);
  // One that runs has its room already.
  if (running.size === 0) await checkRoom(paths.root, !(await exists(clusterFolder(paths))));
  await recordTools(paths, tools);
  await freePorts(paths.root, ports, running);
  await all([
    startService(paths, gitHost(lab)),
    createCluster(clusterOptions({ paths, ports, tools })),
    (async () => {
      await linkTools(paths, tools);
      await installPulumiCommand(paths, tools.pulumi);
      await installPlugins(paths, tools, toolchain, say);
    })(),
  ]);
  toolchain.signal?.throwIfAborted();
  await writeAtomically(paths.images, `${JSON.stringify(tools.images, null, 2)}\n`);
  await all([
    startService(paths, processNode(lab)),
    ensureStacks(paths, tools.pulumi, await labEnvironment(paths, ports)),
  ]);
}

/**
 * Stops everything and keeps the data. No error when nothing runs.
 *
 * @throws LabError when the tools that the lab was started with are gone, so that its cluster cannot be stopped in order
 */
export async function down({ paths }: Pick<Lab, "paths">, say: Say = () => undefined): Promise<void> {
  const ports = await readPorts(paths.ports);
  if (ports === undefined) return;
  await alone(paths, say, undefined, async () => {
    const tools = await recordedTools(paths);
    const stoppable = tools !== undefined && (await exists(tools.cluster.kwokctl));
    await stopProcessNode(paths);
    await all([
      stopService(paths, "git-host"),
      stoppable ? stopCluster(clusterOptions({ paths, ports, tools })) : Promise.resolve(),
    ]);
    const running = [...(await runningParts(paths))];
    if (running.length > 0) {
      throw new LabError(
        `${running.join(", ")} cannot be stopped, since the tools that the lab was started with are gone: ` +
          "`npm run lab -- up` gets them again, `npm run lab -- reset` does without and removes the lab's data",
      );
    }
  });
}

/** Stops everything and removes the data: cluster, repositories and states of the stacks. No error when there are none. */
export async function reset({ paths }: Pick<Lab, "paths">, say: Say = () => undefined): Promise<void> {
  await alone(paths, say, undefined, async () => {
    await endPulumiOrphans(paths);
    await stopProcessNode(paths);
    await stopService(paths, "git-host");
    const ports = await readPorts(paths.ports).catch(() => undefined);
    await deleteCluster(clusterOptions({ paths, ports: ports ?? noPorts }));
    if (ports !== undefined) await freePorts(paths.root, ports, new Set()).catch(() => undefined);
    for (const path of labData(paths)) await rm(path, { recursive: true, force: true });
  });
  // Only if nothing else is in it: the folder may have been there before the lab.
  await rmdir(paths.root).catch(() => undefined);
}

/** Names of the parts that run: the cluster's and the services. */
export async function runningParts(paths: LabPaths): Promise<Set<string>> {
  const components = await componentStates(clusterFolder(paths));
  const names = components.filter(({ running }) => running).map(({ name }) => name);
  for (const service of ["git-host", "process-node"])
    if (await isServiceRunning(paths, service)) names.push(service);
  return new Set(names);
}

/** First of all parts: its pods end as on a node that is drained, while the API server still takes their state. */
async function stopProcessNode(paths: LabPaths): Promise<void> {
  await stopService(paths, "process-node");
  // Those of a process node that was killed.
  await endOrphans(join(paths.processNode, "pids"));
}

/** One command at a time changes the lab. */
async function alone(
  paths: LabPaths,
  say: Say,
  signal: AbortSignal | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const onWait = (pid: number) =>
    say(`Another command works on this lab (process ${pid}): waiting for it to end …`);
  await mkdir(paths.root, { recursive: true, mode: 0o700 });
  await withLock(paths.lock, { onWait, pollMs: 200, ...(signal && { signal }) }, work);
}

/** As Promise.all, but nothing goes on behind the caller's back when one of them fails. */
async function all(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** What a cluster is looked at and removed with: neither takes a binary or a port. */
const noBinaries: ClusterBinaries = {
  kwokctl: "",
  kwok: "",
  etcd: "",
  kubeApiserver: "",
  kubeControllerManager: "",
  kubeScheduler: "",
  kubectl: "",
};
const noPorts = { apiserver: 0, etcd: 0, etcdPeer: 0, controllerManager: 0, scheduler: 0, kwok: 0 };

/** How the lab's cluster is put together; without tools, for looking at it and for removing it. */
export function clusterOptions({
  paths,
  ports,
  tools,
}: {
  readonly paths: LabPaths;
  readonly ports: ClusterOptions["ports"];
  readonly tools?: LabTools;
}): ClusterOptions {
  return {
    name: clusterName,
    dataDir: paths.cluster,
    binaries: tools?.cluster ?? noBinaries,
    ports,
    kubeconfig: paths.kubeconfig,
    contexts,
    processNode: { images: Object.keys(tools?.images ?? {}), namespace: "flux-system" },
  };
}

function gitHost({ paths, ports }: Lab): Service {
  return nodeService("git-host", [
    join(paths.checkout, "lab", "git-host", "main.ts"),
    ...["--data", paths.gitHost],
    ...["--http-port", String(ports.gitHttp)],
    ...["--ssh-port", String(ports.gitSsh)],
    ...["--gitlab-http-port", String(ports.gitlabHttp)],
    ...["--gitlab-ssh-port", String(ports.gitlabSsh)],
    ...["--owner", owner],
  ]);
}

function processNode({ paths, ports }: Lab): Service {
  return nodeService("process-node", [
    join(paths.checkout, "lab", "process-node", "main.ts"),
    ...["--kubeconfig", paths.kubeconfig],
    ...["--data", paths.processNode],
    ...["--images", paths.images],
    ...["--node-name", "process-node"],
    ...["--namespace", "flux-system"],
    ...["--receiver-port", String(ports.receiver)],
  ]);
}

function nodeService(name: string, args: readonly string[]): Service {
  return { name, command: process.execPath, args, env: { ...cleanEnvironment(), ...keepCompiled() } };
}
