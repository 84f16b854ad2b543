import type { FluxObject } from "../objects.ts";
import type { ResolvedFluxOptions } from "../options.ts";
import { keepComponents } from "./components.ts";
import { withCrdDescriptions } from "./crds.ts";
import {
  sendingEvents,
  servingUnder,
  watchingAllNamespaces,
  withExternalArtifacts,
  withLogLevel,
} from "./flags.ts";
import { fromRegistry, withPullSecret } from "./images.ts";
import { lockedDown } from "./lockdown.ts";
import { inNamespace } from "./namespace.ts";
import { withNetworkPolicies } from "./network-policy.ts";
import { withoutOwnedFields } from "./owned-fields.ts";
import { withReplicas, withResources } from "./scale.ts";
import { onLinux, tolerating } from "./scheduling.ts";
import { withStorage } from "./storage.ts";
import { withVersion } from "./version.ts";

/** One step from the manifest to what is installed. */
export type Transform = (objects: readonly FluxObject[]) => FluxObject[];

/**
 * The steps for a set of options, by name. Their order is of no consequence but for the order of flags and objects,
 * and each of them may be taken twice: the property tests hold them to it.
 */
export function fluxTransforms(options: ResolvedFluxOptions): Readonly<Record<string, Transform>> {
  const { clusterDomain, components } = options;
  const notifications = components.includes("notification-controller");
  return {
    withoutOwnedFields: (objects) => withoutOwnedFields(objects),
    components: (objects) => keepComponents(objects, components),
    namespace: (objects) => inNamespace(objects, options.namespace),
    version: (objects) => withVersion(objects, options.version),
    networkPolicy: (objects) => withNetworkPolicies(objects, options.networkPolicy),
    registry: (objects) => fromRegistry(objects, options.registry),
    imagePullSecret: (objects) => withPullSecret(objects, options.imagePullSecret),
    linux: (objects) => onLinux(objects),
    tolerationKeys: (objects) => tolerating(objects, options.tolerationKeys),
    watchAllNamespaces: (objects) => watchingAllNamespaces(objects, options.watchAllNamespaces),
    logLevel: (objects) => withLogLevel(objects, options.logLevel),
    storageAddress: (objects) => servingUnder(objects, clusterDomain),
    eventsAddress: (objects) => sendingEvents(objects, { clusterDomain, notifications }),
    externalArtifacts: (objects) => withExternalArtifacts(objects, components.includes("source-watcher")),
    lockdown: (objects) => lockedDown(objects, options.lockdown),
    replicas: (objects) => withReplicas(objects, options.replicas),
    resources: (objects) => withResources(objects, options.resources),
    storage: (objects) => withStorage(objects, options.storage),
    crdDescriptions: (objects) => withCrdDescriptions(objects, options.crdDescriptions),
  };
}

/** What is installed: the manifest with the options applied. The manifest itself is not changed. */
export function fluxObjects(manifest: readonly FluxObject[], options: ResolvedFluxOptions): FluxObject[] {
  return Object.values(fluxTransforms(options)).reduce<FluxObject[]>(
    (objects, transform) => transform(objects),
    [...manifest],
  );
}
