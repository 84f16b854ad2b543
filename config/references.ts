/**
 * What a shape cannot say: that the names in a configuration refer to something, and that no two
 * things want the same name. Works on unchecked input, so that wrong shapes and wrong references
 * are reported together.
 */
import { didYouMean } from "../components/names.ts";
import { setCommand, show, type Problem } from "./problems.ts";

type Loose = Record<string, unknown>;

const isObject = (value: unknown): value is Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The entries of what should be an object; none if it is not one: its shape is reported elsewhere. */
const entries = (value: unknown): [string, Loose][] =>
  isObject(value)
    ? Object.entries(value).filter((entry): entry is [string, Loose] => isObject(entry[1]))
    : [];

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** An app's name becomes that of Kubernetes objects; 50 characters leave room for suffixes such as `-service`. */
const appName = /^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$/;

/** Names that Kubernetes itself or Slipway owns. */
const reservedNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease", "flux-system"];

/** All problems of references and of names that collide. */
export function referenceProblems(stack: Loose, secretNames: readonly string[]): Problem[] {
  const repositories = entries(stack["repositories"]);
  const environments = entries(stack["environments"]);
  return [
    ...repositoryNames(repositories),
    ...repositories.flatMap(([name, repository]) => delivery(name, repository, repositories, environments)),
    ...repositories.flatMap(([name, repository]) => secrets(name, repository, secretNames)),
    ...environments.flatMap(([name, environment]) => syncs(name, environment, repositories)),
    ...namespaces(environments),
    ...fluxNames(environments),
  ];
}

/** The message for a name that refers to nothing. */
function unknown(what: string, value: string, candidates: readonly string[]): string {
  const near = didYouMean(value, candidates);
  const known = candidates.length === 0 ? "there is none" : `there is ${candidates.join(", ")}`;
  return `got ${show(value)}, which is no ${what}: ${near === undefined ? known : `did you mean "${near}"?`}`;
}

/** A host's names are the same in capitals and in small letters. */
function repositoryNames(repositories: [string, Loose][]): Problem[] {
  const seen = new Map<string, string>();
  return repositories.flatMap(([name]) => {
    const twin = seen.get(name.toLowerCase());
    seen.set(name.toLowerCase(), name);
    if (twin === undefined) return [];
    const key = `slipway:repositories.${name}`;
    return [{ key, message: `is the same name as "${twin}" for a Git host: rename one of them` }];
  });
}

function delivery(
  name: string,
  repository: Loose,
  repositories: [string, Loose][],
  environments: [string, Loose][],
): Problem[] {
  const base = `slipway:repositories.${name}`;
  const { role, delivery: target } = repository;
  if (role === undefined) return [];
  if (role !== "app") {
    const foreign = ["delivery", "image"].filter((key) => repository[key] !== undefined);
    const message = 'is for repositories of the role "app": remove it';
    const used = repositories.some(
      ([, { delivery: to }]) => isObject(to) && Object.values(to).includes(name),
    );
    return [
      ...foreign.map((key) => ({ key: `${base}.${key}`, message })),
      ...(used
        ? []
        : [
            {
              key: base,
              message: "is delivered to by no app: name it in the `delivery` of one, or remove it",
            },
          ]),
    ];
  }
  const problems: Problem[] = [];
  if (!appName.test(name)) {
    const message = `"${name}" is also the name of the app, of its chart and of its Deployment: use lower-case letters, digits and dashes, begin with a letter, at most 50 characters`;
    problems.push({ key: base, message });
  }
  if (repository["image"] === undefined) {
    problems.push({
      key: `${base}.image.repository`,
      message: "is missing: where does CI push the image of this app",
      command: setCommand(`${base}.image.repository`, "ghcr.io/YOUR-ORGANISATION"),
    });
  }
  if (!isObject(target)) {
    const message =
      "is missing: name the charts repository, the fluxcd repository and the environment to deliver to";
    return [...problems, { key: `${base}.delivery`, message }];
  }
  for (const wanted of ["charts", "fluxcd"] as const) {
    const got = text(target[wanted]);
    const candidates = repositories.filter(([, other]) => other["role"] === wanted).map(([key]) => key);
    if (got !== undefined && !candidates.includes(got)) {
      const message = unknown(`repository of the role "${wanted}"`, got, candidates);
      problems.push({ key: `${base}.delivery.${wanted}`, message });
    }
  }
  const environment = text(target["environment"]);
  const candidates = environments.map(([key]) => key);
  if (environment !== undefined && !candidates.includes(environment)) {
    problems.push({
      key: `${base}.delivery.environment`,
      message: unknown("environment of this stack", environment, candidates),
    });
  }
  return problems;
}

/** Every CI secret that a repository names has a value. */
function secrets(name: string, repository: Loose, secretNames: readonly string[]): Problem[] {
  return list(repository["secrets"]).flatMap((secret) => {
    if (typeof secret !== "string" || secretNames.includes(secret)) return [];
    const key = `slipway:ciSecrets.${secret}`;
    const message = `has no value, and the repository "${name}" names it among its secrets`;
    return [{ key, message, command: `pulumi config set --secret --path '${key}'` }];
  });
}

function syncs(name: string, environment: Loose, repositories: [string, Loose][]): Problem[] {
  const base = `slipway:environments.${name}`;
  const sources = entries(environment["sources"]);
  const sourceNames = sources.map(([key]) => key);
  const all = entries(environment["syncs"]);
  const syncNames = all.map(([key]) => key);
  const problems: Problem[] = [];

  for (const [key, source] of sources) {
    const { repository, url } = source;
    if ((repository === undefined) === (url === undefined)) {
      const message =
        "needs either `repository` (one of this stack) or `url` (a public one of somebody else)";
      problems.push({ key: `${base}.sources.${key}`, message });
    }
    const candidates = repositories.map(([repositoryName]) => repositoryName);
    const got = text(repository);
    if (got !== undefined && !candidates.includes(got)) {
      problems.push({
        key: `${base}.sources.${key}.repository`,
        message: unknown("repository of this stack", got, candidates),
      });
    }
    if (url !== undefined && source["branch"] === undefined) {
      problems.push({
        key: `${base}.sources.${key}.branch`,
        message: "is missing: a public repository needs the branch to follow",
        command: setCommand(`${base}.sources.${key}.branch`, "main"),
      });
    }
  }

  for (const [key, sync] of all) {
    const at = `${base}.syncs.${key}`;
    const source = text(sync["source"]);
    if (source === undefined && sync["source"] === undefined && sourceNames.length !== 1) {
      const message = `is missing: the environment has ${sourceNames.length} sources (${sourceNames.join(", ")}), name one`;
      problems.push({ key: `${at}.source`, message });
    }
    if (source !== undefined && !sourceNames.includes(source)) {
      problems.push({
        key: `${at}.source`,
        message: unknown("source of this environment", source, sourceNames),
      });
    }
    for (const other of list(sync["dependsOn"])) {
      if (typeof other === "string" && (other === key || !syncNames.includes(other))) {
        const candidates = syncNames.filter((candidate) => candidate !== key);
        problems.push({
          key: `${at}.dependsOn`,
          message: unknown("other sync of this environment", other, candidates),
        });
      }
    }
  }
  const cycle = findCycle(all);
  if (cycle !== undefined) {
    const message = `goes in a circle (${cycle.join(" → ")}), so none of them would ever be applied: remove one`;
    problems.push({ key: `${base}.syncs.${cycle[0] ?? ""}.dependsOn`, message });
  }
  return problems;
}

/** The first circle in `dependsOn`, as the keys along it, or nothing. Waiting on oneself is reported as a reference. */
function findCycle(all: [string, Loose][]): string[] | undefined {
  const next = new Map(
    all.map(([key, sync]) => [key, list(sync["dependsOn"]).filter((other) => other !== key)]),
  );
  const done = new Set<string>();
  const visit = (key: string, trail: string[]): string[] | undefined => {
    if (trail.includes(key)) return [...trail.slice(trail.indexOf(key)), key];
    if (done.has(key)) return undefined;
    done.add(key);
    for (const other of next.get(key) ?? []) {
      const found = typeof other === "string" ? visit(other, [...trail, key]) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const key of next.keys()) {
    const found = visit(key, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A namespace has one owner. */
function namespaces(environments: [string, Loose][]): Problem[] {
  const owners = new Map<string, string>();
  return environments.flatMap(([name, environment]) => {
    const namespace = text(environment["namespace"]) ?? name;
    const given = environment["namespace"] !== undefined;
    const key = given ? `slipway:environments.${name}.namespace` : `slipway:environments.${name}`;
    if (reservedNamespaces.includes(namespace)) {
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
