import { type FluxObject, componentOf } from "../objects.ts";

/**
 * Keeps the objects of the named controllers and the shared ones, and takes the accounts of the others out of the
 * cluster-wide role bindings: `flux install` leaves them in, where anyone who may create a service account in the
 * namespace could step into them. A binding that is left without subjects goes.
 */
export function keepComponents(objects: readonly FluxObject[], components: readonly string[]): FluxObject[] {
  const kept = objects.filter((object) => {
    const component = componentOf(object);
    return component === undefined || components.includes(component);
  });
  const accounts = new Set(
    kept.filter((object) => object.kind === "ServiceAccount").map((object) => object.metadata.name),
  );
  return kept.flatMap((object) => (isBinding(object) ? bindingOf(object, accounts) : [object]));
}

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** A role binding of the manifest, cluster-wide or not. */
export interface Binding extends FluxObject {
  readonly subjects: readonly Subject[];
  readonly roleRef: { readonly kind: string; readonly name: string; readonly apiGroup: string };
}

/** True for a ClusterRoleBinding or RoleBinding. */
export function isBinding(object: FluxObject): object is Binding {
  return /^(Cluster)?RoleBinding$/.test(object.kind) && Array.isArray(object["subjects"]);
}

function bindingOf(binding: Binding, accounts: ReadonlySet<string>): Binding[] {
  const subjects = binding.subjects.filter(
    ({ kind, name }) => kind !== "ServiceAccount" || accounts.has(name),
  );
  return subjects.length === 0 ? [] : [{ ...binding, subjects }];
}
