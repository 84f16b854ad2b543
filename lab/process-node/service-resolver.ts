import type { KubeApi } from "../cluster/kube-api.ts";
import type { KubeList, KubeObject } from "../cluster/kube-types.ts";
import { parseServiceHost, type ServiceName } from "./service-name.ts";

/** The parts of a Service that lead to its endpoints. */
export interface Service extends KubeObject {
  readonly spec: { readonly ports?: readonly { readonly name?: string; readonly port: number }[] };
}

/** The parts of an EndpointSlice that lead to a pod. */
export interface EndpointSlice extends KubeObject {
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[] | null;
  readonly endpoints?:
    | readonly {
        readonly conditions?: { readonly ready?: boolean };
        readonly targetRef?: { readonly kind?: string; readonly name?: string };
      }[]
    | null;
}

/** A port of a pod that is ready behind a Service. */
export interface Endpoint {
  readonly pod: string;
  readonly port: number;
}

/** Why a request was not passed on: the text goes to whoever asked. */
export class Unroutable extends Error {}

/** Where on 127.0.0.1 a pod's port is, or undefined when the pod is no process of this node. */
export type PortLookup = (namespace: string, pod: string, port: number) => number | undefined;

/** Finds the process behind a Service's host name and port. @throws Unroutable with the reason */
export async function resolveService(
  api: KubeApi,
  lookup: PortLookup,
  host: string,
  port: number,
): Promise<number> {
  const name = parseServiceHost(host);
  if (name === undefined) {
    throw new Unroutable(`${host}:${port}: the lab talks to nothing outside this machine`);
  }
  const { service, namespace } = name;
  const found = await api.find<Service>(`/api/v1/namespaces/${namespace}/services/${service}`);
  if (found === undefined) throw new Unroutable(`there is no Service ${service} in namespace ${namespace}`);
  const slices = await api.get<KubeList<EndpointSlice>>(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
    { labelSelector: `kubernetes.io/service-name=${service}` },
  );
  return pick(name, endpointsOf(found, port, slices.items), lookup);
}

/** The ready endpoints behind a Service's port. @throws Unroutable when the Service has no such port */
export function endpointsOf(
  service: Service,
  port: number,
  slices: readonly EndpointSlice[],
): readonly Endpoint[] {
  const wanted = service.spec.ports?.find((entry) => entry.port === port);
  if (wanted === undefined) {
    const ports = service.spec.ports?.map((entry) => entry.port).join(", ") ?? "";
    throw new Unroutable(`Service ${service.metadata.name} has no port ${port}, only ${ports || "none"}`);
  }
  return slices.flatMap((slice) => {
    const target = slice.ports?.find((entry) => (entry.name ?? "") === (wanted.name ?? ""))?.port;
    return (slice.endpoints ?? []).flatMap(({ conditions, targetRef }) =>
      target !== undefined &&
      conditions?.ready !== false &&
      targetRef?.kind === "Pod" &&
      targetRef.name !== undefined
        ? [{ pod: targetRef.name, port: target }]
        : [],
    );
  });
}

function pick(name: ServiceName, endpoints: readonly Endpoint[], lookup: PortLookup): number {
  const { service, namespace } = name;
  if (endpoints.length === 0) {
    throw new Unroutable(`Service ${service} in namespace ${namespace} has no ready pod`);
  }
  for (const { pod, port } of endpoints) {
    const local = lookup(namespace, pod, port);
    if (local !== undefined) return local;
  }
  throw new Unroutable(
    `the pods of Service ${service} in namespace ${namespace} are simulated: nothing answers there`,
  );
}
