import {
  type FluxDeployment,
  type FluxObject,
  isDeployment,
  mapDeployments,
  withContainers,
} from "../objects.ts";
import type { LogLevel } from "../options.ts";

/** Controllers that serve artifacts to the others, under an address of the cluster's DNS. */
const artifactServers: readonly string[] = ["source-controller", "source-watcher"];

/** Controllers that can use the artifacts of source-watcher. */
const artifactUsers: readonly string[] = ["kustomize-controller", "helm-controller"];

/**
 * Sets a command line flag: in the place where the controller's arguments have it, else at their end. A flag without
 * a value ("--watch-all-namespaces") is the same flag.
 */
export function withFlag(deployment: FluxDeployment, flag: string, value: string): FluxDeployment {
  return withContainers(deployment, (container) => {
    const args = container.args ?? [];
    const argument = `${flag}=${value}`;
    const place = args.findIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
    return { ...container, args: place < 0 ? [...args, argument] : args.with(place, argument) };
  });
}

/** The value of a flag: undefined when it is not given, "" when it is given without a value. */
export function flagValue(deployment: FluxDeployment, flag: string): string | undefined {
  const args = deployment.spec.template.spec.containers[0]?.args ?? [];
  const argument = args.find((arg) => arg === flag || arg.startsWith(`${flag}=`));
  return argument?.slice(flag.length + 1);
}

/** How much the controllers log. */
export function withLogLevel(objects: readonly FluxObject[], level: LogLevel): FluxObject[] {
  return mapDeployments(objects, (deployment) => withFlag(deployment, "--log-level", level));
}

/** Whether the controllers serve all namespaces or only their own. */
export function watchingAllNamespaces(objects: readonly FluxObject[], all: boolean): FluxObject[] {
  return mapDeployments(objects, (deployment) => withFlag(deployment, "--watch-all-namespaces", String(all)));
}

/**
 * The DNS domain that artifacts are served under. The full name with its last dot spares the pods the search list,
 * and proxies that spare ".cluster.local" are spared too.
 */
export function servingUnder(objects: readonly FluxObject[], clusterDomain: string): FluxObject[] {
  return mapDeployments(objects, (deployment) => {
    const { name } = deployment.metadata;
    if (!artifactServers.includes(name)) return deployment;
    return withFlag(deployment, "--storage-adv-addr", `${name}.$(RUNTIME_NAMESPACE).svc.${clusterDomain}.`);
  });
}

/** Where the controllers send their events: to notification-controller under the DNS domain, or nowhere without it. */
export function sendingEvents(
  objects: readonly FluxObject[],
  { clusterDomain, notifications }: { readonly clusterDomain: string; readonly notifications: boolean },
): FluxObject[] {
  const address = `http://notification-controller.$(RUNTIME_NAMESPACE).svc.${clusterDomain}./`;
  return mapDeployments(objects, (deployment) =>
    // notification-controller has a flag of this name too: the address it listens on.
    deployment.metadata.name === "notification-controller"
      ? deployment
      : withFlag(deployment, "--events-addr", notifications ? address : ""),
  );
}

/** Lets syncs use the artifacts that source-watcher makes; false changes nothing. */
export function withExternalArtifacts(objects: readonly FluxObject[], enabled: boolean): FluxObject[] {
  return objects.map((object) =>
    enabled && isDeployment(object) && artifactUsers.includes(object.metadata.name)
      ? withFeatureGate(object, "ExternalArtifact")
      : object,
  );
}

function withFeatureGate(deployment: FluxDeployment, gate: string): FluxDeployment {
  const others = (flagValue(deployment, "--feature-gates") ?? "")
    .split(",")
    .filter((other) => other !== "" && !other.startsWith(`${gate}=`));
  return withFlag(deployment, "--feature-gates", [...others, `${gate}=true`].join(","));
}
