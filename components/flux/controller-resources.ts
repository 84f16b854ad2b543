import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { ownsNothing } from "../cluster/deletion.ts";
import { durationSeconds, secondsDuration } from "../durations.ts";
import { didYouMeanText } from "../names.ts";
import { type FluxObject, isDeployment, objectKey } from "./objects.ts";

/** A class of the Kubernetes SDK as far as it is used here: its arguments are the object's own fields. */
type ResourceClass = new (
  name: string,
  object: never,
  opts: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;

/**
 * The classes for the kinds of Flux's manifest, with the word that stands for the kind in a resource's name. Looked up
 * when used: the SDK loads a class at its first mention.
 */
const resourceClasses: Readonly<Record<string, readonly [word: string, load: () => ResourceClass]>> = {
  "v1/Namespace": ["namespace", () => k8s.core.v1.Namespace],
  "v1/PersistentVolumeClaim": ["volume-claim", () => k8s.core.v1.PersistentVolumeClaim],
  "v1/ResourceQuota": ["quota", () => k8s.core.v1.ResourceQuota],
  "v1/Service": ["service", () => k8s.core.v1.Service],
  "v1/ServiceAccount": ["account", () => k8s.core.v1.ServiceAccount],
  "apiextensions.k8s.io/v1/CustomResourceDefinition": [
    "crd",
    () => k8s.apiextensions.v1.CustomResourceDefinition,
  ],
  "apps/v1/Deployment": ["deployment", () => k8s.apps.v1.Deployment],
  "networking.k8s.io/v1/NetworkPolicy": ["network-policy", () => k8s.networking.v1.NetworkPolicy],
  "rbac.authorization.k8s.io/v1/ClusterRole": ["cluster-role", () => k8s.rbac.v1.ClusterRole],
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": [
    "cluster-role-binding",
    () => k8s.rbac.v1.ClusterRoleBinding,
  ],
};

/** What keeps an object of the manifest from being installed; undefined when nothing does. */
export function resourceProblem(object: FluxObject): string | undefined {
  const type = typeOf(object);
  if (type in resourceClasses) return undefined;
  const known = Object.keys(resourceClasses);
  return `manifest: ${objectKey(object)} is of a kind that is not known here, ${type}.${didYouMeanText(type, known)}`;
}

/** Name of the resource of an object: "flux-deployment-source-controller". It is the resource's identity: keep it. */
export function resourceName(name: string, object: FluxObject): string {
  return `${name}-${classOf(object)[0]}-${object.metadata.name}`;
}

/**
 * Registers an object of the manifest.
 * @param timeout how long to wait for it to be ready; for it to be gone, the pods' grace period comes on top
 */
export function resourceOf(
  name: string,
  object: FluxObject,
  timeout: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const [, load] = classOf(object);
  const grace = isDeployment(object) ? (object.spec.template.spec.terminationGracePeriodSeconds ?? 30) : 0;
  const gone = secondsDuration(durationSeconds(timeout) + grace);
  return new (load())(name, withAwaitRules(object) as never, {
    ...opts,
    customTimeouts: { create: timeout, update: timeout, delete: gone },
  });
}

/**
 * Tells Pulumi's Kubernetes provider what to wait for, where its own rules do not fit: it has none for CRDs, and it
 * waits ten seconds at least for the endpoints of a Service, which the Deployment's own readiness already says.
 * https://github.com/pulumi/pulumi-kubernetes/blob/v4.32.0/provider/pkg/await/awaiters.go
 *
 * What goes with the object is waited for where its end matters to what goes next: a namespace's contents, and pods. The
 * endpoints of a Service may go later.
 */
export function withAwaitRules(object: FluxObject): FluxObject {
  const rules: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    CustomResourceDefinition: { "pulumi.com/waitFor": "condition=Established" },
    Service: { "pulumi.com/skipAwait": "true" },
  };
  if (object.kind === "Namespace" || isDeployment(object)) return object;
  const annotations = { ...object.metadata.annotations, ...ownsNothing, ...rules[object.kind] };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function typeOf(object: FluxObject): string {
  return `${object.apiVersion}/${object.kind}`;
}

function classOf(object: FluxObject): readonly [string, () => ResourceClass] {
  const found = resourceClasses[typeOf(object)];
  if (found === undefined) throw new Error(resourceProblem(object));
  return found;
}
