import type { FluxObject } from "../objects.ts";

/** Keeps the network policies, or leaves them out. */
export function withNetworkPolicies(objects: readonly FluxObject[], enabled: boolean): FluxObject[] {
  return objects.filter((object) => enabled || object.kind !== "NetworkPolicy");
}
