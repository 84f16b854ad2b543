import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ConfigError } from "../../config/problems.ts";
import { validateStack } from "../../config/validate.ts";

type Loose = Record<string, unknown>;

/** The configuration of a stack's file, with what the environment adds. */
function stackFile(stack: string): Loose {
  const text = readFileSync(new URL(`../../Pulumi.${stack}.yaml`, import.meta.url), "utf8");
  const { config } = parse(text) as { config: Record<string, Loose> };
  const raw = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("slipway:", ""), value]),
  );
  delete raw["ciSecrets"];
  return { ...raw, git: { owner: "acme", baseUrl: "https://api.github.com/", ...raw["git"] } };
}

/** A copy of the dev stack's configuration with one value set, or removed, at a path of keys. */
function changed(path: string[], value: unknown): Loose {
  const raw = structuredClone(stackFile("dev"));
  const holder = path.slice(0, -1).reduce<Loose>((at, key) => (at[key] ??= {}) as Loose, raw);
  const last = path.at(-1) ?? "";
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a test's own copy
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return raw;
}

function problemsOf(raw: Loose, secretNames = ["REGISTRY_PASSWORD"]): string[] {
  try {
    validateStack(raw, secretNames);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key, message }) => `${key}: ${message}`);
  }
}

test.each(["dev", "prod"])("the stack file of %s is valid", (stack) => {
  expect(problemsOf(stackFile(stack))).toEqual([]);
});

test("defaults are filled in", () => {
  const { repositories, environments } = validateStack(stackFile("prod"), []);
  expect(repositories["shop"]).toMatchObject({
    visibility: "private",
    defaultBranch: "main",
    onDestroy: "keep",
  });
  expect(environments["production"]?.syncs["shop"]).toMatchObject({
    retryInterval: "1m",
    prune: true,
    wait: true,
  });
});

const dev = ["environments", "dev"];

describe("each wrong value is named with its key, what it is and how to mend it", () => {
  test.each<[string, string[], unknown, string]>([
    ["an unknown host", ["git", "kind"], "githob", 'slipway:git.kind: got "githob", expected github'],
    ["no owner", ["git", "owner"], undefined, "slipway:git.owner: is missing"],
    [
      "a bad owner",
      ["git", "owner"],
      "acme corp",
      'slipway:git.owner: "acme corp" is not the name of a GitHub',
    ],
    ["credentials in a URL", ["git", "baseUrl"], "https://me:pw@host/", "is not a URL without credentials"],
    ["a mistyped key", ["cluster", "nmae"], "x", 'slipway:cluster.nmae: is not a key: did you mean "name"?'],
    [
      "no cluster name",
      ["cluster", "name"],
      undefined,
      "slipway:cluster.name: is missing: expected a string",
    ],
    ["a wrong type", ["cluster", "name"], 7, "slipway:cluster.name: got 7, expected a string"],
    [
      "a version with v",
      ["flux", "version"],
      "v2.9.3",
      'slipway:flux.version: "v2.9.3" is not a version: write "2.9.3"',
    ],
    [
      "a mistyped component",
      ["flux", "components"],
      ["source-controler"],
      'did you mean "source-controller"?',
    ],
    [
      "a bad repository name",
      ["repositories", "b.git"],
      { role: "charts" },
      '"b.git" is not a repository name',
    ],
    [
      "two names alike",
      ["repositories", "HELM"],
      { role: "charts" },
      'is the same name as "helm" for a Git host',
    ],
    [
      "an unknown role",
      ["repositories", "other"],
      { role: "chart" },
      'got "chart", expected app or charts or fluxcd',
    ],
    [
      "a bad topic",
      ["repositories", "helm", "topics"],
      ["Big Topic"],
      'slipway:repositories.helm.topics.0: "Big Topic" is not a topic',
    ],
    [
      "an app without image",
      ["repositories", "spring-app", "image"],
      undefined,
      "slipway:repositories.spring-app.image.repository: is missing",
    ],
    [
      "an app without delivery",
      ["repositories", "spring-app", "delivery"],
      undefined,
      "slipway:repositories.spring-app.delivery: is missing",
    ],
    [
      "delivery to nothing",
      ["repositories", "spring-app", "delivery", "fluxcd"],
      "flux",
      'got "flux", which is no repository of the role "fluxcd"',
    ],
    [
      "delivery of charts",
      ["repositories", "helm", "delivery"],
      { charts: "helm", fluxcd: "flux-cd", environment: "dev" },
      'is for repositories of the role "app": remove it',
    ],
    [
      "a secret without value",
      ["repositories", "spring-app", "secrets"],
      ["MISSING"],
      "slipway:ciSecrets.MISSING: has no value",
    ],
    [
      "a reserved variable",
      ["repositories", "spring-app", "variables"],
      { GITHUB_X: "1" },
      '"GITHUB_X" is not the name of a CI variable',
    ],
    ["Kubernetes' namespace", [...dev, "namespace"], "kube-system", "which belongs to Kubernetes or to Flux"],
    ["a long namespace", [...dev, "namespace"], "x".repeat(64), "is not a Kubernetes name"],
    [
      "two owners of a namespace",
      ["environments", "qa"],
      { namespace: "spring-app-namespace" },
      'the namespace of the environment "dev" already',
    ],
    ["a bad quantity", [...dev, "quota", "pods"], "many", '"many" is not a quantity of Kubernetes'],
    [
      "a source of nothing",
      [...dev, "sources", "flux-cd", "repository"],
      "flux-ce",
      'did you mean "flux-cd"?',
    ],
    [
      "a source of two kinds",
      [...dev, "sources", "flux-cd"],
      { repository: "flux-cd", url: "https://example.com/a.git", branch: "main" },
      "needs either `repository`",
    ],
    [
      "an absolute path",
      [...dev, "syncs", "spring-app", "path"],
      "/apps",
      '"/apps" is not a folder of the repository',
    ],
    [
      "a path that leaves",
      [...dev, "syncs", "spring-app", "path"],
      "apps/../..",
      "is not a folder of the repository",
    ],
    [
      "a long-hand duration",
      [...dev, "syncs", "spring-app", "interval"],
      "5 minutes",
      'slipway:environments.dev.syncs.spring-app.interval: "5 minutes" is not a duration: write "5m"',
    ],
    ["text for a flag", [...dev, "syncs", "spring-app", "wait"], "yes", 'got "yes", expected true or false'],
    [
      "an unknown dependency",
      [...dev, "syncs", "spring-app", "dependsOn"],
      ["db"],
      'got "db", which is no other sync of this environment',
    ],
    [
      "an unknown source",
      [...dev, "syncs", "spring-app", "source"],
      "flux-ce",
      'got "flux-ce", which is no source of this environment: did you mean "flux-cd"?',
    ],
    [
      "one name in two environments",
      ["environments", "qa"],
      { sources: { "flux-cd": { repository: "flux-cd" } } },
      'is also a name in the environment "dev"',
    ],
  ])("%s", (_name, path, value, expected) => {
    const problems = problemsOf(changed(path, value));
    expect(problems.join("\n")).toContain(expected);
    expect(problems).toHaveLength(1);
  });
});

test("syncs that wait for each other are refused", () => {
  const raw = changed([...dev, "syncs"], {
    a: { path: "a", dependsOn: ["b"] },
    b: { path: "b", dependsOn: ["a"] },
  });
  expect(problemsOf(raw).join()).toContain("goes in a circle (a → b → a)");
});

test("every problem is in one error, of shapes and of references", () => {
  const raw = changed(["cluster"], {});
  raw["flux"] = { version: "latest" };
  raw["repositories"] = { web: { role: "app" } };
  const problems = problemsOf(raw).join("\n");
  for (const key of [
    "cluster.name",
    "flux.version",
    "repositories.web.delivery",
    "sources.flux-cd.repository",
  ]) {
    expect(problems).toContain(key);
  }
});

test("a missing value comes with the command that sets it", () => {
  expect(() => validateStack(changed(["git", "owner"], undefined), ["REGISTRY_PASSWORD"])).toThrow(
    "pulumi config set --path 'slipway:git.owner' YOUR-ORGANISATION",
  );
});
