import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isStatus } from "../cluster/kube-api.ts";
import type { KubeNode } from "../cluster/kube-types.ts";
import { watch } from "../cluster/watch.ts";
import { endOrphans } from "./child.ts";
import { pruneLogs } from "./log-file.ts";
import { HEARTBEAT_SECONDS, nodeLease, nodeManifest, nodeStatus } from "./node-object.ts";
import type { Pod } from "./pod.ts";
import { PodIPs } from "./pod-ip.ts";
import { kubeTime } from "./pod-status.ts";
import { PodWorker, type WorkerHost } from "./pod-worker.ts";

/** What a process node is. */
export interface ProcessNodeSettings extends WorkerHost {
  readonly name: string;
  /** Where the kubelet's API is served, if it is. */
  readonly kubeletPort: number | undefined;
}

/** How many logs of pods are kept when the process node starts. */
const LOGS_KEPT = 50;

/** How many heartbeats make one renewal of the node's status, which carries the same news as the lease. */
const BEATS_PER_STATUS = 6;

/** A node of the cluster whose pods are real processes of this machine. */
export class ProcessNode {
  readonly #settings: ProcessNodeSettings;
  readonly #workers = new Map<string, PodWorker>();
  readonly #ips = new PodIPs();
  readonly #stopping = new AbortController();
  #watching: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #uid = "";

  constructor(settings: ProcessNodeSettings) {
    this.#settings = settings;
  }

  /** Ends what an earlier process node left, registers the node and begins to run its pods. */
  async start(): Promise<void> {
    await endOrphans(join(this.#settings.data, "pids"));
    await pruneLogs(join(this.#settings.data, "logs"), LOGS_KEPT);
    await this.#register();
    const { api, name } = this.#settings;
    const listed = Promise.withResolvers<undefined>();
    this.#watching = watch<Pod>(
      api,
      "/api/v1/pods",
      { fieldSelector: `spec.nodeName=${name}` },
      {
        onList: (pods) => {
          this.#synchronise(pods);
          listed.resolve(undefined);
        },
        onChange: (pod, gone) => (gone ? this.#forget(pod) : this.#take(pod)),
        onError: (error) => {
          console.error("watch of pods:", error instanceof Error ? error.message : error);
        },
      },
      this.#stopping.signal,
    );
    await listed.promise;
    await this.#sweep();
    this.#beat(1);
  }

  /** Ends every process, says so in the pods' and the node's status, and stops. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stopping.abort();
    await this.#watching;
    await Promise.all([...this.#workers.values()].map((worker) => worker.suspend()));
    await this.#reportStatus(false).catch(() => undefined);
  }

  /** The worker of a pod that is on this node. */
  worker(namespace: string, name: string): PodWorker | undefined {
    for (const worker of this.#workers.values()) {
      const { metadata } = worker.pod;
      if (metadata.name === name && metadata.namespace === namespace) return worker;
    }
    return undefined;
  }

  #synchronise(pods: readonly Pod[]): void {
    const uids = new Set(pods.map(uidOf));
    for (const worker of this.#workers.values()) {
      if (!uids.has(uidOf(worker.pod))) this.#forget(worker.pod);
    }
    for (const pod of pods) this.#take(pod);
  }

  #take(pod: Pod): void {
    const known = this.#workers.get(uidOf(pod));
    if (known !== undefined) {
      known.update(pod);
      return;
    }
    const worker = new PodWorker(this.#settings, pod, this.#ips.take(pod.status?.podIP));
    this.#workers.set(uidOf(pod), worker);
    // One that is being deleted already is not started anew only to be stopped.
    if (pod.metadata.deletionTimestamp === undefined) worker.run();
    worker.update(pod);
  }

  #forget(pod: Pod): void {
    const worker = this.#workers.get(uidOf(pod));
    if (worker === undefined) return;
    this.#workers.delete(uidOf(pod));
    this.#ips.release(worker.podIP);
    worker.remove().catch((error: unknown) => {
      console.error(`${pod.metadata.name}: not cleaned up:`, error);
    });
  }

  /** Removes the files of pods that ended while no process node ran. */
  async #sweep(): Promise<void> {
    const dir = join(this.#settings.data, "pods");
    for (const uid of await readdir(dir).catch(() => [])) {
      if (!this.#workers.has(uid)) await rm(join(dir, uid), { recursive: true, force: true });
    }
  }

  async #register(): Promise<void> {
    const { api, name } = this.#settings;
    const manifest = nodeManifest({ name });
    const node = await api.post<KubeNode>("/api/v1/nodes", manifest).catch(async (error: unknown) => {
      if (!isStatus(error, 409)) throw error;
      // Only what the node is: its taints may be the node controller's at the moment.
      return api.mergePatch<KubeNode>(`/api/v1/nodes/${name}`, { metadata: manifest["metadata"] });
    });
    this.#uid = node.metadata.uid ?? "";
    await Promise.all([this.#renewLease(), this.#reportStatus(true)]);
  }

  async #renewLease(): Promise<void> {
    const { api, name } = this.#settings;
    const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`;
    await api.apply(path, nodeLease(name, this.#uid, new Date()));
  }

  async #reportStatus(ready: boolean): Promise<void> {
    const { api, name, kubeletPort } = this.#settings;
    const status = nodeStatus({ name, kubeletPort, now: kubeTime() }, ready);
    await api.mergePatch(`/api/v1/nodes/${name}/status`, { status });
  }

  #beat(count: number): void {
    this.#timer = setTimeout(() => {
      const tasks = [
        this.#renewLease(),
        ...(count % BEATS_PER_STATUS === 0 ? [this.#reportStatus(true)] : []),
      ];
      Promise.all(tasks)
        .catch((error: unknown) => {
          if (isStatus(error, 404)) return this.#register();
          console.error("heartbeat:", error instanceof Error ? error.message : error);
          return undefined;
        })
        .catch(() => undefined)
        .finally(() => {
          if (!this.#stopping.signal.aborted) this.#beat(count + 1);
        });
    }, HEARTBEAT_SECONDS * 1000);
  }
}

function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? pod.metadata.name;
}
