/** What a stack's configuration asks of the Git host beyond reading. Pure. */
import { givenValues } from "../config/ci-values.ts";
import type { Git, Repository, Stack } from "../config/schema.ts";

/** A repository that this stack owns, as far as the host's plan and settings have to do with it. */
export interface NeededRepository {
  readonly name: string;
  readonly visibility: Repository["visibility"];
  readonly onDestroy: Repository["onDestroy"];
  /** Whether this run makes it, or takes it into the state. */
  readonly made: boolean;
  /** Whether its CI runs pipelines. */
  readonly pipeline: boolean;
  /** Key of the configuration that protects a branch of it; none where nothing does. */
  readonly protection?: string;
  /** Keys of the configuration that want approvals counted by the host. */
  readonly approvals: readonly string[];
  /** Key of the configuration that wants an access token of a project. */
  readonly projectToken?: string;
}

/** All of it. */
export interface Needs {
  readonly repositories: readonly NeededRepository[];
  /** Whether there are deploy keys at all. */
  readonly deployKeys: boolean;
  /** Whether repositories get webhooks. */
  readonly webhooks: boolean;
  /** Keys of the configuration that set values of the organisation or group itself. */
  readonly ownerValues: readonly string[];
}

/** What is found is said of this host and this token. */
export interface Asked {
  readonly owner: string;
  readonly baseUrl: string;
  /** Where the token comes from: `github:token`, or the variable `GITHUB_TOKEN`. */
  readonly tokenName: string;
  /** The time now, in milliseconds. */
  readonly now: number;
}

/**
 * @param known names of the repositories that are in the state
 */
export function needsOf(
  { git, repositories, environments, flux }: Pick<Stack, "git" | "repositories" | "environments" | "flux">,
  known: ReadonlySet<string>,
): Needs {
  const own = Object.entries(repositories).filter(([, { reference }]) => !reference);
  const apps = own.some(([, { role }]) => role === "app");
  const sources = Object.values(environments).flatMap(({ sources }) => Object.values(sources));
  const followed = sources.some(({ repository }) => repository !== undefined);
  return {
    repositories: own.map(([name, { visibility, onDestroy, role, delivery, protection }]) => ({
      ...{ name, visibility, onDestroy },
      made: !known.has(name),
      pipeline: role === "app",
      ...(protection && { protection: `slipway:repositories.${name}.protection` }),
      approvals: approvalKeys(name, protection),
      ...(delivery?.identity === "projectToken" && {
        projectToken: `slipway:repositories.${name}.delivery.identity`,
      }),
    })),
    deployKeys: apps || followed,
    webhooks: followed && (flux.receiver ?? false) !== false,
    ownerValues: givenValues(git).map(({ at }) => `slipway:git.${at}`),
  };
}

/** Keys of a repository's protection that want approvals. */
export function approvalKeys(name: string, protection: Repository["protection"]): string[] {
  const key = `slipway:repositories.${name}.protection`;
  return [
    ...((protection?.reviews ?? 0) > 0 ? [`${key}.reviews`] : []),
    ...(protection?.codeOwners === true ? [`${key}.codeOwners`] : []),
  ];
}

/** The questions that are worth a request: what decides about things that this run does not make is not asked. */
export function questionsOf({ repositories }: Needs): {
  readonly makes: boolean;
  readonly pipelines: boolean;
} {
  const made = repositories.filter((repository) => repository.made);
  return { makes: made.length > 0, pipelines: made.some(({ pipeline }) => pipeline) };
}

/** What a host is called. */
export function hostName(kind: Git["kind"]): string {
  return kind === "github" ? "GitHub" : "GitLab";
}
