import { didYouMeanText, isSubdomain, labelProblem, subdomainProblem } from "../names.ts";
import { type FluxObject, componentOf } from "./objects.ts";
import {
  type FluxComponent,
  type FluxControllersOptions,
  fluxComponents,
  logLevels,
  resolveFluxOptions,
} from "./options.ts";

/** Controllers that cannot do their work without others. */
const needs: Readonly<Partial<Record<FluxComponent, readonly FluxComponent[]>>> = {
  "image-automation-controller": ["image-reflector-controller"],
};

/** Controllers whose artifact server runs in the leader only: a pod on standby never becomes ready. */
const singletons: readonly FluxComponent[] = ["source-controller", "source-watcher"];

/** Kubernetes quantities as they appear in resources: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const quantityPattern = /^[0-9]+(\.[0-9]+)?([eE][0-9]+|[munkMGTPE]|[KMGTPE]i)?$/;

/**
 * Everything that is wrong with the options, each as "where: what, and what to do"; an empty list when nothing is.
 *
 * @param options as given by the user, unchecked: the types may not have been
 * @param manifest the objects the options are for: a component must be in it; undefined where these are not known yet
 * @param where the options' place in the configuration, the beginning of every problem
 */
export function fluxOptionsProblems(
  options: FluxControllersOptions,
  manifest: readonly FluxObject[] | undefined,
  where = "flux",
): string[] {
  const resolved = resolveFluxOptions(options);
  const problem = (field: string, text: string | undefined): string[] =>
    text === undefined ? [] : [`${where}.${field}: ${text}`];
  return [
    ...componentsProblems(options, manifest, where),
    ...problem("namespace", labelProblem(resolved.namespace)),
    ...problem("registry", registryProblem(resolved.registry)),
    ...problem(
      "imagePullSecret",
      resolved.imagePullSecret === undefined ? undefined : subdomainProblem(resolved.imagePullSecret),
    ),
    ...problem("clusterDomain", domainProblem(resolved.clusterDomain)),
    ...problem("logLevel", unknownProblem(resolved.logLevel, logLevels, "a log level")),
    ...resolved.tolerationKeys.flatMap((key, index) =>
      problem(`tolerationKeys[${index}]`, taintProblem(key)),
    ),
    ...resourcesProblems(options, `${where}.resources`),
    ...replicasProblems(options, `${where}.replicas`),
    ...problem(
      "lockdown.defaultServiceAccount",
      resolved.lockdown && subdomainProblem(resolved.lockdown.defaultServiceAccount),
    ),
    ...problem("storage.size", resolved.storage && quantityProblem(resolved.storage.size)),
  ];
}

function componentsProblems(
  options: FluxControllersOptions,
  manifest: readonly FluxObject[] | undefined,
  where: string,
): string[] {
  const { components } = resolveFluxOptions(options);
  const field = `${where}.components`;
  const unknown = components.filter((component) => !fluxComponents.includes(component));
  const known = components.filter((component) => fluxComponents.includes(component));
  const shipped = manifest && new Set(manifest.map(componentOf));
  const required: [FluxComponent, FluxComponent][] = known.flatMap((component) =>
    (needs[component] ?? []).map((needed): [FluxComponent, FluxComponent] => [component, needed]),
  );
  return [
    ...unknown.map(
      (component) => `${field}: ${unknownProblem(component, fluxComponents, "a Flux controller") ?? ""}`,
    ),
    ...(components.includes("source-controller")
      ? []
      : [`${field}: "source-controller" is missing and every other controller needs it: add it`]),
    ...required
      .filter(([, needed]) => !components.includes(needed))
      .map(([component, needed]) => `${field}: "${component}" needs "${needed}": add it to componentsExtra`),
    ...known
      .filter((component) => shipped?.has(component) === false)
      .map(
        (component) =>
          `${field}: "${component}" is not in this manifest: take one that has it, or leave it out`,
      ),
  ];
}

function resourcesProblems(options: FluxControllersOptions, where: string): string[] {
  return Object.entries(options.resources ?? {}).flatMap(([component, resources]) => [
    ...selectedProblems(component, options, where),
    ...(["requests", "limits"] as const).flatMap((kind) =>
      Object.entries(resources[kind] ?? {}).flatMap(([resource, quantity]) => {
        const problem = quantityProblem(quantity);
        return problem === undefined ? [] : [`${where}.${component}.${kind}.${resource}: ${problem}`];
      }),
    ),
  ]);
}

function replicasProblems(options: FluxControllersOptions, where: string): string[] {
  return Object.entries(options.replicas ?? {}).flatMap(([component, count]) => {
    const field = `${where}.${component}`;
    const problems = selectedProblems(component, options, where);
    if (!Number.isInteger(count) || count < 1) {
      problems.push(`${field}: ${count} is no number of pods: write 1 or more, or leave the component out`);
    } else if (count > 1 && (singletons as readonly string[]).includes(component)) {
      problems.push(
        `${field}: ${count} pods are not possible: only the leader serves artifacts and is ready; write 1`,
      );
    }
    return problems;
  });
}

/** Settings for a controller that is not installed are a mistake: misspelt, or forgotten in `components`. */
function selectedProblems(component: string, options: FluxControllersOptions, where: string): string[] {
  const { components } = resolveFluxOptions(options);
  const unknown = unknownProblem(component, fluxComponents, "a Flux controller");
  if (unknown !== undefined) return [`${where}: ${unknown}`];
  if ((components as readonly string[]).includes(component)) return [];
  return [`${where}: "${component}" is not installed: add it to the components, or drop its setting`];
}

function unknownProblem(value: string, candidates: readonly string[], what: string): string | undefined {
  if (candidates.includes(value)) return undefined;
  return `${JSON.stringify(value)} is not ${what}.${didYouMeanText(value, candidates)} There are ${candidates.join(", ")}`;
}

function registryProblem(registry: string): string | undefined {
  const quoted = JSON.stringify(registry);
  if (registry.includes("://"))
    return `${quoted} has a scheme: write ${JSON.stringify(registry.replace(/^.*?:\/\//, ""))}`;
  if (registry === "" || registry.endsWith("/"))
    return `${quoted} must end with a path's name: write "ghcr.io/fluxcd"`;
  if (/@|:[^/]*$/.test(registry.split("/").slice(1).join("/"))) {
    return `${quoted} has a tag or digest: the manifest's versions are used; write the registry and path only`;
  }
  return /^[A-Za-z0-9.-]+(:[0-9]+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(registry)
    ? undefined
    : `${quoted} is not a registry: write "ghcr.io/fluxcd"`;
}

function domainProblem(domain: string): string | undefined {
  return isSubdomain(domain)
    ? undefined
    : `${JSON.stringify(domain)} is not a DNS domain: write "cluster.local"`;
}

function taintProblem(key: string): string | undefined {
  return /^([a-z0-9.-]+\/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(key)
    ? undefined
    : `${JSON.stringify(key)} is not a taint's key: write its key only, as in "example.com/dedicated"`;
}

function quantityProblem(quantity: string): string | undefined {
  return quantityPattern.test(quantity)
    ? undefined
    : `${JSON.stringify(quantity)} is not a Kubernetes quantity: write "500m" or "1Gi"`;
}
