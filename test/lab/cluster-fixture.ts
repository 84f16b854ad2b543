/** A cluster of a test's own, in a folder of its own, on ports of its own. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ClusterOptions,
  clusterConnection,
  createCluster,
  deleteCluster,
} from "../../lab/cluster/cluster.ts";
import { KubeApi } from "../../lab/cluster/kube-api.ts";
import type { ClusterPorts } from "../../lab/cluster/kwokctl-config.ts";
import { freePort } from "../../lab/process-node/free-port.ts";
import { ensureTools } from "../../toolchain/resolve.ts";

const NAMES = [
  "kwokctl",
  "kwok",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "source-controller",
] as const;

/** Paths of the tools that these tests need, by name. */
export type TestTools = Readonly<Record<(typeof NAMES)[number], string>>;

/** The tools: those of the folder SLIPWAY_TOOLS where that is set, else the toolchain's. */
export async function testTools(): Promise<TestTools> {
  const folder = process.env["SLIPWAY_TOOLS"];
  if (folder === undefined) return ensureTools(NAMES);
  const missing = NAMES.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) throw new Error(`SLIPWAY_TOOLS=${folder} lacks ${missing.join(", ")}`);
  return Object.fromEntries(NAMES.map((name) => [name, join(folder, name)])) as TestTools;
}

/** A running cluster and how to talk to it. */
export interface TestCluster {
  readonly dir: string;
  readonly options: ClusterOptions;
  readonly api: KubeApi;
  readonly end: () => Promise<void>;
}

/** Creates a cluster whose process node, if one is started, runs these images in flux-system. */
export async function startTestCluster(images: readonly string[]): Promise<TestCluster> {
  const tools = await testTools();
  const dir = await mkdtemp(join(tmpdir(), "slipway-cluster-"));
  const options: ClusterOptions = {
    name: "test",
    dataDir: join(dir, "kwok"),
    binaries: {
      kwokctl: tools.kwokctl,
      kwok: tools.kwok,
      etcd: tools.etcd,
      kubeApiserver: tools["kube-apiserver"],
      kubeControllerManager: tools["kube-controller-manager"],
      kubeScheduler: tools["kube-scheduler"],
      kubectl: tools.kubectl,
    },
    ports: await clusterPorts(),
    kubeconfig: join(dir, "kubeconfig"),
    contexts: ["dev", "prod"],
    processNode: { images, namespace: "flux-system" },
  };
  try {
    await createCluster(options);
  } catch (error) {
    await deleteCluster(options);
    throw error;
  }
  const api = new KubeApi(await clusterConnection(options));
  const end = async (): Promise<void> => {
    api.close();
    await deleteCluster(options);
    await rm(dir, { recursive: true, force: true });
  };
  return { dir, options, api, end };
}

/** Asks until the answer is neither undefined nor false; the tests' own limit ends it. */
export async function eventually<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await sleep(100);
  }
}

async function clusterPorts(): Promise<ClusterPorts> {
  const [apiserver = 0, etcd = 0, etcdPeer = 0, controllerManager = 0, scheduler = 0, kwok = 0] =
    await Promise.all(Array.from({ length: 6 }, freePort));
  return { apiserver, etcd, etcdPeer, controllerManager, scheduler, kwok };
}
