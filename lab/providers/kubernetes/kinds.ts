import { textAt, type JsonObject } from "../values.ts";

/** Group, version and kind of an object; the core group is "". */
export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The groups that @pulumi/kubernetes has generated classes for; all others are custom resources. */
const BUILT_IN_GROUPS = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "extensions",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/** Cluster-wide kinds, for a preview without a cluster to ask. */
const CLUSTER_SCOPED = new Set([
  "APIService",
  "CSIDriver",
  "CSINode",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterTrustBundle",
  "ComponentStatus",
  "CustomResourceDefinition",
  "DeviceClass",
  "FlowSchema",
  "IPAddress",
  "IngressClass",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "ResourceSlice",
  "RuntimeClass",
  "SelfSubjectAccessReview",
  "SelfSubjectReview",
  "SelfSubjectRulesReview",
  "ServiceCIDR",
  "StorageClass",
  "StorageVersion",
  "StorageVersionMigration",
  "SubjectAccessReview",
  "TokenReview",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
  "VolumeAttributesClass",
]);

/** Whether the group is one of Kubernetes' own. */
export function isBuiltIn(gvk: Gvk): boolean {
  return BUILT_IN_GROUPS.has(gvk.group);
}

/** What is known of a kind's scope without a cluster; undefined for a custom resource. */
export function knownNamespaced(gvk: Gvk): boolean | undefined {
  return isBuiltIn(gvk) ? !CLUSTER_SCOPED.has(gvk.kind) : undefined;
}

/** Whether the object defines a custom resource. */
export function isCrd(gvk: Gvk): boolean {
  return gvk.group === "apiextensions.k8s.io" && gvk.kind === "CustomResourceDefinition";
}

/** `group/version`, or just the version for the core group. */
export function apiVersion(gvk: Gvk): string {
  return gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
}

/** Reads group, version and kind from an object, and what is missing from its type token. */
export function gvkOf(object: JsonObject, token: Gvk): Gvk {
  const version = textAt(object, "apiVersion");
  const kind = textAt(object, "kind") || token.kind;
  if (version === "") return { ...token, kind };
  const slash = version.indexOf("/");
  const group = slash < 0 ? "" : version.slice(0, slash);
  return { group: group === "core" ? "" : group, version: version.slice(slash + 1), kind };
}

/** The resource type of a URN: the last part of its qualified type. */
export function typeOfUrn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** The resource's own name in the program, from its URN. */
export function nameOfUrn(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Modules of the package that are no Kubernetes objects. */
const NOT_OBJECTS = /^(helm\.sh\/|(yaml|kustomize)(\/v\d+)?$)/;

/**
 * Parses a type token such as `kubernetes:apps/v1:Deployment`; `core/v1` is Kubernetes' own `v1`.
 * Errors, in words that name it, on a type of another shape and on charts, YAML files, kustomizations and lists.
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go (gvkFromURN)
 */
export function gvkOfToken(token: string, refuse: (what: string, instead: string) => Error): Gvk {
  const [, module = "", kind = ""] = token.split(":");
  if (NOT_OBJECTS.test(module)) {
    throw refuse(`the type ${token}`, "declare the objects one by one");
  }
  const parts = module.split("/");
  const [group, version] = parts;
  if (parts.length !== 2 || !group || !version || kind === "") {
    throw refuse(`the type ${token}`, "write a token of the form kubernetes:GROUP/VERSION:Kind");
  }
  const gvk = { group: group === "core" ? "" : group, version, kind };
  if (isBuiltIn(gvk) && kind.endsWith("List")) {
    throw refuse(`the list type ${token}`, "declare its items one by one");
  }
  if (isBuiltIn(gvk) && kind.endsWith("Patch")) {
    throw refuse(`the patch type ${token}`, "declare the whole object, or change it where it is owned");
  }
  return gvk;
}

/** `namespace/name`, or just the name of a cluster-wide object: a resource's id. */
export function objectId(object: JsonObject): string {
  const namespace = textAt(object, "metadata", "namespace");
  const name = textAt(object, "metadata", "name");
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** Takes a resource's id apart. */
export function parseId(id: string): { namespace: string; name: string } {
  const slash = id.indexOf("/");
  return slash < 0
    ? { namespace: "", name: id }
    : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** The value of an annotation, or "". */
export function annotation(object: JsonObject, key: string): string {
  return textAt(object, "metadata", "annotations", key);
}
