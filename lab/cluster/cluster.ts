import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { componentStates, type ComponentState, forgetStalePids, freePorts } from "./components.ts";
import { isStatus, KubeApi } from "./kube-api.ts";
import { type KubeConnection, writeKubeconfig } from "./kubeconfig.ts";
import { type KwokctlOptions, kwokctl, relinkBinaries } from "./kwokctl.ts";
import {
  type ClusterBinaries,
  type ClusterPorts,
  CREATE_ARGS,
  kwokctlConfig,
  kwokStages,
} from "./kwokctl-config.ts";
import type { KubeNode } from "./kube-types.ts";
import {
  POLICY_NAME,
  probePod,
  PROBE_NAMESPACE,
  PROCESS_NODE_LABEL,
  processNodePolicy,
  processNodePolicyBinding,
} from "./process-node-policy.ts";
import { writeAtomically } from "../files.ts";
import { signal, waitGone } from "../process-identity.ts";
import { simulatedNode } from "./simulated-node.ts";

/** Everything that decides what a lab cluster is. */
export interface ClusterOptions {
  readonly name: string;
  /** The cluster's own folder: kwokctl's HOME, its data, certificates and logs. */
  readonly dataDir: string;
  readonly binaries: ClusterBinaries;
  /** Fixed when the cluster is created; a later change needs `deleteCluster`. */
  readonly ports: ClusterPorts;
  /** The kubeconfig file to write. */
  readonly kubeconfig: string;
  /** Names of contexts in that file, all for this cluster; the first is the current one. */
  readonly contexts: readonly string[];
  /** The version of the Kubernetes binaries. @default "v1.36.3" */
  readonly kubeVersion?: string;
  /** Names of the nodes that kwok simulates. @default ["node-1"] */
  readonly simulatedNodes?: readonly string[];
  /** The pods that go to the process node; none when left out. */
  readonly processNode?: { readonly images: readonly string[]; readonly namespace: string };
  /** Milliseconds that a cluster may take to become ready. @default 240000 */
  readonly timeoutMs?: number;
}

/** What `clusterStatus` says. */
export interface ClusterStatus {
  readonly exists: boolean;
  /** Whether the API server answers that it is ready. */
  readonly ready: boolean;
  readonly components: readonly ComponentState[];
}

/**
 * Creates the cluster, or completes or starts the one that exists: afterwards it is ready, its kubeconfig written,
 * its simulated nodes Ready, and the process node's policy in force. Safe to repeat and to interrupt.
 */
export async function createCluster(options: ClusterOptions): Promise<void> {
  const paths = kwokctlOptions(options);
  if (await isCreated(paths)) {
    await startCluster(options);
    return;
  }
  // What an interrupted creation left has no ports or components yet, and kwokctl would take it for whole.
  await deleteCluster(options);
  await freePorts(options.ports);
  await mkdir(paths.home, { recursive: true, mode: 0o700 });
  const config = join(paths.home, `${options.name}.yaml`);
  const stagesFile = join(paths.home, `${options.name}-stages.yaml`);
  const kubeVersion = options.kubeVersion ?? "v1.36.3";
  await writeFile(stagesFile, kwokStages());
  await writeFile(
    config,
    kwokctlConfig({ ...options, kubeVersion, stagesFile, clusterDir: paths.clusterDir }),
  );
  await kwokctl(paths, ["create", "cluster", "--config", config, "--kubeconfig", "", ...CREATE_ARGS]);
  await markCreated(paths);
  await settle(options, paths);
}

/** Starts every component that does not run; the data are those of before. Errors when there is no such cluster. */
export async function startCluster(options: ClusterOptions): Promise<void> {
  const paths = kwokctlOptions(options);
  if (!(await isCreated(paths))) {
    throw new Error(`${paths.clusterDir}: there is no cluster ${options.name}: create it first`);
  }
  await forgetStalePids(paths.clusterDir);
  const states = await componentStates(paths.clusterDir);
  if (states.some((state) => !state.running)) {
    if (states.every((state) => !state.running)) await freePorts(options.ports);
    await relinkBinaries(paths);
    await kwokctl(paths, ["start", "cluster"]);
  }
  await settle(options, paths);
}

/** Stops every component and waits until they are gone. The data stay. */
export async function stopCluster(options: ClusterOptions): Promise<void> {
  const paths = kwokctlOptions(options);
  if (!(await isCreated(paths))) return;
  await forgetStalePids(paths.clusterDir);
  const before = await componentStates(paths.clusterDir);
  await kwokctl(paths, ["stop", "cluster"]);
  await goneAll(before);
}

/** Stops the cluster and removes its data and kubeconfig. No error when there is none. */
export async function deleteCluster(options: ClusterOptions): Promise<void> {
  const paths = kwokctlOptions(options);
  await forgetStalePids(paths.clusterDir);
  const before = await componentStates(paths.clusterDir);
  for (const { pid } of before) if (pid !== undefined) signal(pid, "SIGKILL");
  await goneAll(before);
  await rm(paths.clusterDir, { recursive: true, force: true });
  await rm(options.kubeconfig, { force: true });
}

/** Which components run, and whether the API server says that it is ready. */
export async function clusterStatus(options: ClusterOptions): Promise<ClusterStatus> {
  const paths = kwokctlOptions(options);
  if (!(await isCreated(paths))) return { exists: false, ready: false, components: [] };
  const components = await componentStates(paths.clusterDir);
  const api = new KubeApi(await clusterConnection(options));
  try {
    const ready = await api.get<string>("/readyz").then(
      () => true,
      () => false,
    );
    return { exists: true, ready, components };
  } finally {
    api.close();
  }
}

/** The administrator's connection to a cluster that was created. */
export async function clusterConnection(options: ClusterOptions): Promise<KubeConnection> {
  const pki = join(kwokctlOptions(options).clusterDir, "pki");
  const read = (name: string): Promise<string> => readFile(join(pki, name), "utf8");
  const [ca, cert, key] = await Promise.all([read("ca.crt"), read("admin.crt"), read("admin.key")]);
  return { server: `https://127.0.0.1:${options.ports.apiserver}`, ca, cert, key };
}

function kwokctlOptions(options: ClusterOptions): KwokctlOptions {
  const clusterDir = join(options.dataDir, "clusters", options.name);
  return { name: options.name, home: options.dataDir, clusterDir, binaries: options.binaries };
}

/** kwokctl saves a cluster before it is complete, so completeness has a mark of its own. */
async function isCreated(paths: KwokctlOptions): Promise<boolean> {
  return readFile(createdMark(paths)).then(
    () => true,
    () => false,
  );
}

async function markCreated(paths: KwokctlOptions): Promise<void> {
  await writeAtomically(createdMark(paths), "");
}

function createdMark(paths: KwokctlOptions): string {
  return join(paths.clusterDir, "slipway-created");
}

async function goneAll(states: readonly ComponentState[]): Promise<void> {
  for (const { name, pid } of states) {
    if (pid !== undefined && !(await waitGone(pid, 10_000))) {
      throw new Error(`${name}: process ${pid} is still there 10 s after it was killed: end it by hand`);
    }
  }
}

/**
 * Brings a running API server to the state that `createCluster` promises. A component that died while the others were
 * not there yet, as kwok was seen to do on a busy machine, is started by nobody else: so all are, once more.
 */
async function settle(options: ClusterOptions, paths: KwokctlOptions): Promise<void> {
  const timeoutMs = options.timeoutMs ?? 240_000;
  try {
    await settleWithin(options, paths, timeoutMs / 4);
  } catch {
    const before = await componentStates(paths.clusterDir);
    await kwokctl(paths, ["stop", "cluster"]);
    await goneAll(before);
    await kwokctl(paths, ["start", "cluster"]);
    await settleWithin(options, paths, timeoutMs);
  }
}

async function settleWithin(
  options: ClusterOptions,
  paths: KwokctlOptions,
  timeoutMs: number,
): Promise<void> {
  const connection = await clusterConnection(options);
  await writeKubeconfig(options.kubeconfig, connection, options.contexts);
  const api = new KubeApi(connection);
  const patience = {
    until: Date.now() + timeoutMs,
    logs: join(paths.clusterDir, "logs"),
  };
  try {
    const nodes = options.simulatedNodes ?? ["node-1"];
    // All at once, each as soon as the API server lets it: the administrator's requests need no bootstrapped RBAC.
    await Promise.all([
      eventually(patience, "the API server is ready", async () => {
        await api.get("/readyz");
        return true;
      }),
      ...nodes.map(async (name) => {
        await eventually(patience, `node ${name} is registered`, () => ensureNode(api, name));
        await eventually(patience, `node ${name} is Ready`, () => nodeReady(api, name));
      }),
      eventually(patience, "the process node's policy is applied", () => applyPolicy(api, options)).then(() =>
        eventually(patience, "the process node's policy is in force", () => policyInForce(api, options)),
      ),
    ]);
  } finally {
    api.close();
  }
}

async function ensureNode(api: KubeApi, name: string): Promise<boolean> {
  await api.post("/api/v1/nodes", simulatedNode(name)).catch((error: unknown) => {
    if (!isStatus(error, 409)) throw error;
  });
  return true;
}

async function nodeReady(api: KubeApi, name: string): Promise<boolean> {
  const node = await api.get<KubeNode>(`/api/v1/nodes/${name}`);
  const ready = node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  return ready === true && (node.spec?.taints ?? []).length === 0;
}

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";

async function applyPolicy(api: KubeApi, options: ClusterOptions): Promise<boolean> {
  if (options.processNode === undefined) return true;
  await api.apply(
    `${ADMISSION}/mutatingadmissionpolicies/${POLICY_NAME}`,
    processNodePolicy(options.processNode),
  );
  await api.apply(`${ADMISSION}/mutatingadmissionpolicybindings/${POLICY_NAME}`, processNodePolicyBinding());
  return true;
}

/** Asks by a dry run. It also waits for the controller manager, which makes the service account that pods need. */
async function policyInForce(api: KubeApi, options: ClusterOptions): Promise<boolean> {
  const image = options.processNode?.images[0];
  if (image === undefined) return true;
  const pod = await api.post<{ spec: { nodeSelector?: Record<string, string> } }>(
    `/api/v1/namespaces/${PROBE_NAMESPACE}/pods`,
    probePod(image),
    { dryRun: "All" },
  );
  return pod.spec.nodeSelector?.[PROCESS_NODE_LABEL] === "true";
}

/** Asks until the answer is yes; an error counts as "not yet" and is named when patience ends. */
async function eventually(
  patience: { readonly until: number; readonly logs: string },
  what: string,
  ask: () => Promise<boolean>,
): Promise<void> {
  let last = "it was not so";
  while (Date.now() < patience.until) {
    try {
      if (await ask()) return;
      last = "it was not so";
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(100);
  }
  throw new Error(`Waited in vain until ${what}: ${last}. The components' logs are in ${patience.logs}`);
}
