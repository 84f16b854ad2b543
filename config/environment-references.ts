/** Environments: what each is called on the cluster, where names are shared. */
import { namespaceProblems } from "../components/cluster/specs.ts";
import { isLabel } from "../components/names.ts";
import { entries, object, text, type Loose } from "./loose.ts";
import type { Problem } from "./problems.ts";

/** Names of namespaces that Kubernetes itself or Slipway owns; a cluster may have more that begin with kube-. */
const reservedNamespace = /^(default|flux-system|kube-.*)$/;

/** What is wrong between the environments of a stack. */
export function environmentProblems(environments: [string, Loose][]): Problem[] {
  return [...namespaces(environments), ...environments.flatMap(ownedLabels), ...fluxNames(environments)];
}

/** A namespace has one owner. */
function namespaces(environments: [string, Loose][]): Problem[] {
  const owners = new Map<string, string>();
  return environments.flatMap(([name, environment]) => {
    const namespace = text(environment["namespace"]) ?? name;
    const given = environment["namespace"] !== undefined;
    const key = given ? `slipway:environments.${name}.namespace` : `slipway:environments.${name}`;
    if (reservedNamespace.test(namespace) && isLabel(namespace)) {
      return [
        { key, message: `got "${namespace}", which belongs to Kubernetes or to Flux: choose another name` },
      ];
    }
    const owner = owners.get(namespace);
    owners.set(namespace, name);
    if (owner === undefined) return [];
    const message = `got "${namespace}", the namespace of the environment "${owner}" already: give each its own`;
    return [{ key, message }];
  });
}

/** Labels that Slipway writes by another key of the configuration. */
function ownedLabels([name, environment]: [string, Loose]): Problem[] {
  return Object.keys(object(environment["labels"])).flatMap((label) =>
    namespaceProblems("any", { [label]: "" }).map(() => ({
      key: `slipway:environments.${name}.labels.${label}`,
      message: `comes from \`podSecurity\`: set it there`,
    })),
  );
}

/** Sources and syncs of all environments are objects of one namespace, so their names have to differ. */
function fluxNames(environments: [string, Loose][]): Problem[] {
  return (["sources", "syncs"] as const).flatMap((kind) => {
    const owners = new Map<string, string>();
    return environments.flatMap(([name, environment]) =>
      entries(environment[kind]).flatMap(([key]) => {
        const owner = owners.get(key);
        owners.set(key, name);
        if (owner === undefined) return [];
        const message = `is also a name in the environment "${owner}", and both are objects in flux-system: rename one, such as "${key}-${name}"`;
        return [{ key: `slipway:environments.${name}.${kind}.${key}`, message }];
      }),
    );
  });
}
