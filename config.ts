/** The typed configuration of a stack: the one place where configuration and environment are read. */
import * as pulumi from "@pulumi/pulumi";
import { didYouMean } from "./components/names.ts";
import { missingStatusToken, statusTokenOf, withReceiver } from "./config/event-environment.ts";
import { missingToken, tokenNameOf, tokenOf, withEnvironment } from "./config/git-environment.ts";
import { isObject } from "./config/loose.ts";
import type { Problem } from "./config/problems.ts";
import type { Stack } from "./config/schema.ts";
import { validateStack } from "./config/validate.ts";
import { fenceProblems } from "./config/fence.ts";
import { versionProblems } from "./flux-manifest.ts";

/** A stack's configuration, and the secrets that belong to it. */
export interface Config extends Stack {
  /** Values of the CI secrets that repositories name; secret. */
  readonly ciSecrets: pulumi.Output<Readonly<Record<string, string>>>;
  /** Token of the Git host, from the provider's configuration or the environment (`github:token` or GITHUB_TOKEN); secret. */
  readonly gitToken: pulumi.Output<string>;
  /** Where that comes from, for people: the key `github:token`, or the variable `GITHUB_TOKEN`. */
  readonly gitTokenName: string;
  /** Token that sets commit statuses (`slipway:statusToken`), where an environment asks for them; secret. */
  readonly statusToken?: pulumi.Output<string>;
}

/** The keys of a stack's file, each below `slipway:`. */
const sections = [
  ...["git", "cluster", "flux", "repositories", "environments", "credentials", "ciSecrets", "statusToken"],
];

/**
 * Reads and checks the configuration of the current stack.
 *
 * @throws {ConfigError} with every problem at once, before any resource is registered
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const git = section("git") ?? { kind: "github" };
  const raw = {
    git: withEnvironment(git, environment),
    cluster: section("cluster") ?? {},
    flux: withReceiver(section("flux") ?? {}, environment),
    repositories: section("repositories") ?? {},
    environments: section("environments") ?? {},
    credentials: section("credentials") ?? {},
  };
  const secrets = section("ciSecrets") ?? {};
  const token = tokenOf(git, pulumi.runtime.allConfig(), environment);
  const statusToken = statusTokenOf(git, pulumi.runtime.allConfig(), environment);
  const others = [
    ...unknownSections(),
    ...secretProblems(secrets),
    ...(token === undefined ? [missingToken(git)] : []),
    ...missingStatusToken(raw, statusToken),
    ...versionProblems(raw.flux),
    ...fenceProblems(raw, environment),
  ];
  const stack = validateStack(raw, isObject(secrets) ? Object.keys(secrets) : [], others);
  return {
    ...stack,
    ciSecrets: pulumi.secret(secrets as Record<string, string>),
    gitToken: pulumi.secret(token ?? ""),
    gitTokenName: tokenNameOf(git, pulumi.runtime.allConfig()),
    ...(statusToken !== undefined && { statusToken: pulumi.secret(statusToken) }),
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
