import { type FluxObject, instanceLabel, isDeployment, namespaceOf } from "../objects.ts";
import { isBinding } from "./components.ts";

/** Kinds whose names `flux install` ends with the namespace, so that two installations do not share one. */
const suffixedKinds: readonly string[] = ["ClusterRole", "ClusterRoleBinding", "ResourceQuota"];

/**
 * Moves the installation into a namespace: the objects, the accounts that role bindings name, and the label
 * `app.kubernetes.io/instance`. Cluster-wide names get the namespace as their end ("crd-controller-flux-system"), as
 * `flux install` gives them; the release's `install.yaml` has them without.
 */
export function inNamespace(objects: readonly FluxObject[], namespace: string): FluxObject[] {
  const former = namespaceOf(objects) ?? namespace;
  const ownRoles = new Set(
    objects.filter((object) => object.kind === "ClusterRole").map((object) => object.metadata.name),
  );
  const rename = (name: string): string => `${withoutEnd(name, `-${former}`)}-${namespace}`;
  return objects.map((object) => {
    const moved = withInstanceLabel(withMetadata(object, former, namespace, rename), namespace);
    if (!isBinding(moved)) return moved;
    const { subjects, roleRef } = moved;
    return {
      ...moved,
      roleRef: ownRoles.has(roleRef.name) ? { ...roleRef, name: rename(roleRef.name) } : roleRef,
      subjects: subjects.map((subject) =>
        subject.namespace === former ? { ...subject, namespace } : subject,
      ),
    };
  });
}

function withMetadata(
  object: FluxObject,
  former: string,
  namespace: string,
  rename: (name: string) => string,
): FluxObject {
  const { metadata } = object;
  const suffixed = suffixedKinds.includes(object.kind);
  const own = object.kind === "Namespace" && metadata.name === former;
  return {
    ...object,
    metadata: {
      ...metadata,
      name: own ? namespace : suffixed ? rename(metadata.name) : metadata.name,
      ...(metadata.namespace === former ? { namespace } : {}),
    },
  };
}

/** The label is on every object and on the pods; a selector never uses it. */
function withInstanceLabel(object: FluxObject, namespace: string): FluxObject {
  return withLabels(object, { [instanceLabel]: namespace });
}

/** A copy with more labels on the object, and on the pods of a Deployment. */
export function withLabels(object: FluxObject, labels: Readonly<Record<string, string>>): FluxObject {
  const labelled: FluxObject = {
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } },
  };
  if (!isDeployment(labelled)) return labelled;
  const { template } = labelled.spec;
  const metadata = { ...template.metadata, labels: { ...template.metadata.labels, ...labels } };
  return { ...labelled, spec: { ...labelled.spec, template: { ...template, metadata } } };
}

function withoutEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}
