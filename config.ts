/** The typed configuration of a stack: the one place where configuration and environment are read. */
import * as pulumi from "@pulumi/pulumi";
import { githubKnownHosts, publicApi } from "./components/git/github-hosts.ts";
import type { Stack } from "./config/schema.ts";
import { validateStack } from "./config/validate.ts";

/** A stack's configuration, and the secrets that belong to it. */
export interface Config extends Stack {
  /** Values of the CI secrets that repositories name; secret. */
  readonly ciSecrets: pulumi.Output<Readonly<Record<string, string>>>;
  /** Token of the Git host, from `github:token` or GITHUB_TOKEN; secret. */
  readonly gitToken: pulumi.Output<string> | undefined;
}

/**
 * Reads and checks the configuration of the current stack.
 *
 * @throws {ConfigError} with every problem at once, before any resource is registered
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const config = new pulumi.Config("slipway");
  const raw = {
    git: withEnvironment(config.getObject("git") ?? { kind: "github" }, environment),
    cluster: config.getObject("cluster") ?? {},
    flux: config.getObject("flux") ?? {},
    repositories: config.getObject("repositories") ?? {},
    environments: config.getObject("environments") ?? {},
  };
  return {
    ...validateStack(raw, secretNames()),
    ciSecrets:
      config.getSecretObject<Record<string, string>>("ciSecrets") ??
      pulumi.secret<Record<string, string>>({}),
    gitToken: gitToken(environment),
  };
}

/** What the official GitHub provider takes from the environment stands in for what the configuration leaves out. */
function withEnvironment(git: unknown, environment: NodeJS.ProcessEnv): unknown {
  if (typeof git !== "object" || git === null) return git;
  const given = git as Record<string, unknown>;
  const baseUrl = given["baseUrl"] ?? environment["GITHUB_BASE_URL"] ?? publicApi;
  const pinned = baseUrl === publicApi ? githubKnownHosts : undefined;
  return {
    ...given,
    owner: given["owner"] ?? environment["GITHUB_OWNER"],
    baseUrl,
    knownHosts: given["knownHosts"] ?? environment["SLIPWAY_KNOWN_HOSTS"] ?? pinned,
  };
}

/** Names of the CI secrets that have a value; the names are no secret, and decide what exists. */
function secretNames(): string[] {
  const text = pulumi.runtime.allConfig()?.["slipway:ciSecrets"];
  return text === undefined ? [] : Object.keys(JSON.parse(text) as Record<string, unknown>);
}

function gitToken(environment: NodeJS.ProcessEnv): pulumi.Output<string> | undefined {
  const configured = new pulumi.Config("github").getSecret("token");
  if (configured !== undefined) return configured;
  const token = environment["GITHUB_TOKEN"];
  return token === undefined || token === "" ? undefined : pulumi.secret(token);
}
