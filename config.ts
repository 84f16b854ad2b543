/** The typed configuration of a stack: the one place where configuration and environment are read. */
import * as pulumi from "@pulumi/pulumi";
import { githubKnownHosts, publicApi } from "./components/git/github-hosts.ts";
import { didYouMean } from "./components/names.ts";
import { isObject } from "./config/loose.ts";
import type { Problem } from "./config/problems.ts";
import type { Stack } from "./config/schema.ts";
import { validateStack } from "./config/validate.ts";
import { fenceProblems } from "./fence.ts";
import { versionProblems } from "./flux-manifest.ts";

/** A stack's configuration, and the secrets that belong to it. */
export interface Config extends Stack {
  /** Values of the CI secrets that repositories name; secret. */
  readonly ciSecrets: pulumi.Output<Readonly<Record<string, string>>>;
  /** Token of the Git host, from `github:token` or GITHUB_TOKEN; secret. */
  readonly gitToken: pulumi.Output<string>;
}

/** The keys of a stack's file, each below `slipway:`. */
const sections = ["git", "cluster", "flux", "repositories", "environments", "ciSecrets"];

/**
 * Reads and checks the configuration of the current stack.
 *
 * @throws {ConfigError} with every problem at once, before any resource is registered
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const raw = {
    git: withEnvironment(section("git") ?? { kind: "github" }, environment),
    cluster: section("cluster") ?? {},
    flux: section("flux") ?? {},
    repositories: section("repositories") ?? {},
    environments: section("environments") ?? {},
  };
  const secrets = section("ciSecrets") ?? {};
  const token = gitToken(environment);
  const others = [
    ...unknownSections(),
    ...secretProblems(secrets),
    ...tokenProblems(token),
    ...versionProblems(raw.flux),
    ...fenceProblems(raw, environment),
  ];
  const stack = validateStack(raw, isObject(secrets) ? Object.keys(secrets) : [], others);
  return {
    ...stack,
    ciSecrets: pulumi.secret(secrets as Record<string, string>),
    gitToken: pulumi.secret(token ?? ""),
  };
}

/** The value of a key, whatever it is; a text that is no JSON is that text, and refused with all else that is wrong. */
function section(name: string): unknown {
  const text = pulumi.runtime.allConfig()[`slipway:${name}`];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What the official GitHub provider takes from the environment stands in for what the configuration leaves out. */
function withEnvironment(git: unknown, environment: NodeJS.ProcessEnv): unknown {
  if (!isObject(git)) return git;
  const baseUrl = git["baseUrl"] ?? filled(environment["GITHUB_BASE_URL"]) ?? publicApi;
  const pinned = baseUrl === publicApi ? githubKnownHosts : undefined;
  return {
    ...git,
    owner: git["owner"] ?? filled(environment["GITHUB_OWNER"]),
    baseUrl,
    knownHosts: git["knownHosts"] ?? filled(environment["SLIPWAY_KNOWN_HOSTS"]) ?? pinned,
  };
}

/** The token's text. Secret: it goes nowhere but into `pulumi.secret`. */
function gitToken(environment: NodeJS.ProcessEnv): string | undefined {
  return filled(pulumi.runtime.allConfig()["github:token"]) ?? filled(environment["GITHUB_TOKEN"]);
}

/** A variable that is empty is one that is not set. */
function filled(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

function tokenProblems(token: string | undefined): Problem[] {
  if (token !== undefined) return [];
  const message =
    "is missing, and so is GITHUB_TOKEN: set one of them to a token that may administer the owner's repositories " +
    "(contents, workflows, deploy keys, CI variables and secrets)";
  return [{ key: "github:token", message, command: "pulumi config set --secret github:token" }];
}

/** The findings name the secrets, and show nothing of them. */
function secretProblems(secrets: unknown): Problem[] {
  if (!isObject(secrets)) {
    const message = "expected an object of names and values: remove it, then set each value by its name";
    const command = "pulumi config rm slipway:ciSecrets";
    return [{ key: "slipway:ciSecrets", message, command }];
  }
  return Object.entries(secrets)
    .filter(([, value]) => typeof value !== "string" || value === "")
    .map(([name]) => {
      const key = `slipway:ciSecrets.${name}`;
      const command = `pulumi config set --secret --path '${key}'`;
      return { key, message: "expected a text with something in it: set it again", command };
    });
}

function unknownSections(): Problem[] {
  return Object.keys(pulumi.runtime.allConfig())
    .filter((key) => key.startsWith("slipway:") && !sections.includes(key.slice("slipway:".length)))
    .map((key) => {
      const near = didYouMean(key.slice("slipway:".length), sections);
      const message =
        near === undefined
          ? `is not a key that Slipway knows: there are ${sections.join(", ")}`
          : `is not a key: did you mean "slipway:${near}"?`;
      return { key, message };
    });
}
