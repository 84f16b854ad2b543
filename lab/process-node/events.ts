import type { KubeApi } from "../cluster/kube-api.ts";
import type { Pod } from "./pod.ts";
import { kubeTime } from "./pod-status.ts";

/** Writes Events about pods, as `kubectl describe pod` shows them. Losing one is no error. */
export class EventRecorder {
  readonly #api: KubeApi;
  readonly #host: string;

  constructor(api: KubeApi, host: string) {
    this.#api = api;
    this.#host = host;
  }

  record(pod: Pod, type: "Normal" | "Warning", reason: string, message: string): void {
    const { name, namespace = "default", uid, resourceVersion } = pod.metadata;
    const now = kubeTime();
    const event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: { apiVersion: "v1", kind: "Pod", name, namespace, uid, resourceVersion },
      type,
      reason,
      message: message.slice(0, 1000),
      source: { component: "process-node", host: this.#host },
      reportingComponent: "process-node",
      reportingInstance: this.#host,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    this.#api.post(`/api/v1/namespaces/${namespace}/events`, event).catch(() => undefined);
  }
}
