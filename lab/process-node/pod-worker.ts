import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isStatus, type KubeApi } from "../cluster/kube-api.ts";
import { ContainerRunner } from "./container-runner.ts";
import { PodCredentials } from "./credentials.ts";
import { dataSource } from "./data-source.ts";
import type { EventRecorder } from "./events.ts";
import type { Images } from "./images-file.ts";
import type { PodContext } from "./pod-context.ts";
import type { ContainerStatus, Pod } from "./pod.ts";
import { isReady, kubeTime, podStatus } from "./pod-status.ts";

/** What all pods of the node share. */
export interface WorkerHost {
  readonly api: KubeApi;
  /** The cluster's CA, for the processes' kubeconfigs. */
  readonly ca: string;
  readonly data: string;
  readonly images: Images;
  /** Pods of other namespaces get no process. */
  readonly namespace: string;
  readonly events: EventRecorder;
  /** Variables of every process, such as HTTP_PROXY. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Longest time that processes get to end when the process node itself stops. */
const SUSPEND_GRACE_MS = 8_000;

/** Longest time that the last status may take then. */
const SUSPEND_WRITE_MS = 2_000;

/** One pod of the node, from its arrival until its object is removed. */
export class PodWorker {
  readonly podIP: string;
  readonly #host: WorkerHost;
  readonly #runners: readonly ContainerRunner[];
  readonly #startTime: string;
  readonly #dir: string;
  readonly #refusal: string | undefined;
  #pod: Pod;
  #credentials: Promise<PodCredentials> | undefined;
  #ending: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  #written = "";
  #writtenReady = false;
  #closed = false;

  constructor(host: WorkerHost, pod: Pod, podIP: string) {
    this.#host = host;
    this.#pod = pod;
    this.podIP = podIP;
    this.#startTime = pod.status?.startTime ?? kubeTime();
    this.#dir = join(host.data, "pods", pod.metadata.uid ?? pod.metadata.name);
    this.#refusal = refusal(pod, host.namespace);
    const { containers } = pod.spec;
    const context = this.#context();
    this.#runners =
      this.#refusal === undefined
        ? containers.map((container) => {
            const name =
              containers.length === 1 ? pod.metadata.name : `${pod.metadata.name}_${container.name}`;
            return new ContainerRunner(context, container, join(host.data, "logs", `${name}.log`));
          })
        : [];
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** Where on 127.0.0.1 a port of the pod is. */
  portOf(port: number): number {
    return this.#runners.find((runner) => runner.hasPort(port))?.portOf(port) ?? port;
  }

  /** The log of a container; of the only or first one when no name is given. */
  logFile(container: string): string | undefined {
    const named = this.#runners.find(({ name }) => name === container);
    return (named ?? (container === "" ? this.#runners[0] : undefined))?.logFile;
  }

  run(): void {
    const phase = this.#pod.status?.phase;
    if (this.#refusal !== undefined) {
      this.#host.events.record(this.#pod, "Warning", "Failed", this.#refusal);
    } else if (phase !== "Succeeded" && phase !== "Failed") {
      for (const runner of this.#runners) runner.run();
    }
    this.#changed();
  }

  /** Takes in a new version of the object; one that is being deleted ends the pod. */
  update(pod: Pod): void {
    this.#pod = pod;
    // The node controller marks pods not ready when the node was silent for long: what is true is written again.
    if (this.#written !== "" && isReady(pod.status) !== this.#writtenReady) {
      this.#written = "";
      this.#changed();
    }
    if (pod.metadata.deletionTimestamp !== undefined) this.#ending ??= this.#terminate();
  }

  /** The object is gone (finished or forced): ends what is left, at once, and removes the pod's files. */
  async remove(): Promise<void> {
    this.#closed = true;
    await this.#stop(0);
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** The process node stops: ends the processes and says so, but keeps the pod for the next start. */
  async suspend(): Promise<void> {
    await this.#stop(Math.min(this.#graceMs(), SUSPEND_GRACE_MS));
    // The API server may be gone already, and then nobody reads the status either.
    await Promise.race([this.#writing, sleep(SUSPEND_WRITE_MS)]);
    this.#closed = true;
  }

  async #terminate(): Promise<void> {
    const { metadata } = this.#pod;
    const path = `/api/v1/namespaces/${metadata.namespace ?? "default"}/pods/${metadata.name}`;
    this.#host.events.record(this.#pod, "Normal", "Killing", "Stopping the pod's processes");
    await this.#stop(this.#graceMs());
    await this.#writing;
    for (;;) {
      try {
        const preconditions = { uid: metadata.uid };
        await this.#host.api.delete(path, { gracePeriodSeconds: 0, preconditions });
        return;
      } catch (error) {
        if (this.#closed || isStatus(error, 404) || isStatus(error, 409)) return;
        await sleep(1_000);
      }
    }
  }

  async #stop(graceMs: number): Promise<void> {
    await Promise.all(this.#runners.map((runner) => runner.stop(graceMs)));
    (await this.#credentials?.catch(() => undefined))?.stop();
  }

  #graceMs(): number {
    const { metadata, spec } = this.#pod;
    return (metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30) * 1000;
  }

  #context(): PodContext {
    const { api, data, images, environment, events } = this.#host;
    const pod = this.#pod;
    return {
      pod,
      podIP: this.podIP,
      dirs: { pod: this.#dir, claims: join(data, "claims") },
      pidDir: join(data, "pids"),
      source: dataSource(api, pod.metadata.namespace ?? "default"),
      images,
      portOf: (port) => this.portOf(port),
      environment: async () => ({
        ...environment,
        HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
        KUBECONFIG: (await this.#login()).kubeconfig,
      }),
      event: (type, reason, message) => events.record(pod, type, reason, message),
      changed: () => this.#changed(),
    };
  }

  #login(): Promise<PodCredentials> {
    this.#credentials ??= PodCredentials.create(
      this.#host.api,
      this.#host.ca,
      this.#pod,
      join(this.#dir, "credentials"),
    ).catch((error: unknown) => {
      this.#credentials = undefined;
      throw error;
    });
    return this.#credentials;
  }

  /** Has the status written soon; changes that come meanwhile are written together after it. */
  #changed(): void {
    if (this.#closed) return;
    this.#writing ??= Promise.resolve()
      .then(() => this.#writeStatus())
      .finally(() => (this.#writing = undefined));
  }

  async #writeStatus(): Promise<void> {
    const { metadata } = this.#pod;
    const path = `/api/v1/namespaces/${metadata.namespace ?? "default"}/pods/${metadata.name}/status`;
    for (;;) {
      const status = podStatus(this.#pod, this.#statuses(), {
        podIP: this.podIP,
        startTime: this.#startTime,
        now: kubeTime(),
      });
      const text = JSON.stringify([status.phase, status.containerStatuses]);
      if (this.#closed || text === this.#written) return;
      try {
        // The uid makes it a conflict when a new pod has taken the name.
        const pod = await this.#host.api.mergePatch<Pod>(path, { metadata: { uid: metadata.uid }, status });
        this.#written = text;
        this.#writtenReady = isReady(status);
        this.#pod = { ...this.#pod, status: pod.status ?? status };
      } catch (error) {
        if (isStatus(error, 404) || isStatus(error, 409)) return;
        await sleep(1_000);
      }
    }
  }

  #statuses(): readonly ContainerStatus[] {
    if (this.#refusal === undefined) return this.#runners.map((runner) => runner.status());
    const waiting = { reason: "CreateContainerConfigError", message: this.#refusal };
    return this.#pod.spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: "",
      state: { waiting },
      lastState: {},
      restartCount: 0,
      ready: false,
      started: false,
    }));
  }
}

/** Why a pod gets no process at all, if so. */
function refusal(pod: Pod, namespace: string): string | undefined {
  if (pod.metadata.namespace !== namespace) {
    return `the process node runs only pods of namespace ${namespace}`;
  }
  if ((pod.spec.initContainers ?? []).length > 0) return "the process node runs no init containers";
  return undefined;
}
