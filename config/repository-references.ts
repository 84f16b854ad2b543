/** Repositories: names that differ, and apps that are delivered somewhere. */
import { entries, isObject, list, refersToNothing, text, type Loose } from "./loose.ts";
import { setCommand, type Problem } from "./problems.ts";

/** An app's name becomes that of Kubernetes objects; 50 characters leave room for suffixes such as `-service`. */
const appName = /^[a-z]([a-z0-9-]{0,48}[a-z0-9])?$/;

/** What only an app has. */
const appKeys = ["delivery", "image", "variables", "secrets"];

/** What is wrong between repositories, and between them and the environments. */
export function repositoryProblems(
  repositories: [string, Loose][],
  environments: [string, Loose][],
): Problem[] {
  const problems = [
    ...repositoryNames(repositories),
    ...repositories.flatMap(topicTwins),
    ...repositories.flatMap(([name, repository]) => {
      if (repository["reference"] === true) return ownedElsewhere(name, repository);
      return repository["role"] === "app"
        ? appProblems(name, repository, repositories, environments)
        : foreignKeys(name, repository);
    }),
  ];
  // Where an app's delivery is wrong, this may only follow from it.
  return problems.length > 0 ? problems : unused(repositories, environments);
}

/** What one says of a repository that another stack owns: where it is used from. */
const referenceKeys = ["role", "reference", "defaultBranch"];

/** All else is settled by its owner. */
function ownedElsewhere(name: string, repository: Loose): Problem[] {
  return Object.keys(repository)
    .filter((key) => !referenceKeys.includes(key))
    .map((key) => ({
      key: `slipway:repositories.${name}.${key}`,
      message: "is settled by the stack that owns the repository, and this one refers to it: remove it",
    }));
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

/** A host keeps a topic once, so that each run would find one missing. */
function topicTwins([name, { topics }]: [string, Loose]): Problem[] {
  const all = list(topics);
  return all.flatMap((topic, index) => {
    if (typeof topic !== "string" || all.indexOf(topic) === index) return [];
    const key = `slipway:repositories.${name}.topics.${index}`;
    return [{ key, message: `"${topic}" is there already: remove one of them` }];
  });
}

function foreignKeys(name: string, repository: Loose): Problem[] {
  if (repository["role"] === undefined) return [];
  const message = 'is for repositories of the role "app": remove it';
  return appKeys
    .filter((key) => repository[key] !== undefined)
    .map((key) => ({ key: `slipway:repositories.${name}.${key}`, message }));
}

/** Charts and manifests of no app: there is nothing to seed them with. And references that nothing here uses. */
function unused(repositories: [string, Loose][], environments: [string, Loose][]): Problem[] {
  const delivered = repositories.flatMap(([, { delivery }]) =>
    isObject(delivery) ? Object.values(delivery) : [],
  );
  const read = environments.flatMap(([, { sources }]) =>
    entries(sources).map(([, source]) => source["repository"]),
  );
  return repositories.flatMap(([name, { role, reference }]) => {
    const key = `slipway:repositories.${name}`;
    if (delivered.includes(name)) return [];
    if (reference === true) {
      if (read.includes(name)) return [];
      const message = "is a reference that no source and no app uses: name it in one, or remove it";
      return [{ key, message }];
    }
    if (role !== "charts" && role !== "fluxcd") return [];
    const message = "is delivered to by no app: name it in the `delivery` of one, or remove it";
    return [{ key, message }];
  });
}

function appProblems(
  name: string,
  { image, delivery }: Loose,
  repositories: [string, Loose][],
  environments: [string, Loose][],
): Problem[] {
  const base = `slipway:repositories.${name}`;
  const problems: Problem[] = [];
  if (!appName.test(name)) {
    const message = `"${name}" is also the name of the app, of its chart and of its Deployment: use lower-case letters, digits and dashes, begin with a letter, at most 50 characters`;
    problems.push({ key: base, message });
  }
  if (image === undefined) {
    problems.push({
      key: `${base}.image.repository`,
      message: "is missing: where does CI push the image of this app",
      command: setCommand(`${base}.image.repository`, "ghcr.io/YOUR-ORGANISATION"),
    });
  }
  if (!isObject(delivery)) {
    const message =
      "is missing: name the charts repository, the fluxcd repository and the environment to deliver to";
    return [...problems, { key: `${base}.delivery`, message }];
  }
  for (const role of ["charts", "fluxcd"] as const) {
    const got = text(delivery[role]);
    const candidates = repositories.filter(([, other]) => other["role"] === role).map(([key]) => key);
    if (got !== undefined && !candidates.includes(got)) {
      const message = refersToNothing(`repository of the role "${role}"`, got, candidates);
      problems.push({ key: `${base}.delivery.${role}`, message });
    }
  }
  const environment = text(delivery["environment"]);
  const candidates = environments.map(([key]) => key);
  if (environment !== undefined && !candidates.includes(environment)) {
    const message = refersToNothing("environment of this stack", environment, candidates);
    problems.push({ key: `${base}.delivery.environment`, message });
  }
  return problems;
}
