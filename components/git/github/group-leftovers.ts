/**
 * What is on GitHub, and in no state, beside the repositories themselves: values of the organisation, and environments.
 * Each function says by what it knows the stack's own.
 */
import { ask, askAll, repositoryPath, type GitHubApi } from "./api.ts";

/** A secret of the organisation as it is to be set. */
export interface WantedGroupSecret {
  readonly name: string;
  /** Numbers of the repositories that it is for. */
  readonly repositoryIds: readonly number[];
}

/** A variable of the organisation as it is to be set. */
export interface WantedGroupVariable extends WantedGroupSecret {
  readonly value: string;
}

/** An environment as it is to be. */
export interface WantedEnvironment {
  readonly repository: string;
  readonly environment: string;
  /** Whether it is for protected branches only. */
  readonly protected: boolean;
}

/**
 * Removes a variable of the organisation that is for repositories of this stack only and has the wanted value, since
 * making it once more is a conflict.
 *
 * @throws for any other of that name: somebody else has set it
 */
export async function removeOwnGroupVariable(api: GitHubApi, wanted: WantedGroupVariable): Promise<void> {
  const path = valuePath(api, "variables", wanted.name);
  const found = await ask<{ value: string; visibility: string }>(api, { path });
  if (found === undefined) return;
  const selected = await selectedFor(api, path, found.visibility);
  const own =
    found.value === wanted.value &&
    selected !== undefined &&
    selected.length > 0 &&
    selected.every((id) => wanted.repositoryIds.includes(id));
  if (!own) throw othersValue("variable", wanted.name, api.owner);
  await ask(api, { method: "DELETE", path });
}

/**
 * Lets a secret of the organisation be set again that is for repositories of this stack only, since nobody reads its
 * value, or for nobody, as it is for a moment after it was made.
 *
 * @throws for any other of that name, which would be overwritten
 */
export async function refuseOthersGroupSecret(api: GitHubApi, wanted: WantedGroupSecret): Promise<void> {
  const path = valuePath(api, "secrets", wanted.name);
  const found = await ask<{ visibility: string }>(api, { path });
  if (found === undefined) return;
  const selected = await selectedFor(api, path, found.visibility);
  if (selected?.every((id) => wanted.repositoryIds.includes(id)) === true) return;
  throw othersValue("secret", wanted.name, api.owner);
}

const valuePath = ({ owner }: GitHubApi, kind: "variables" | "secrets", name: string) =>
  `orgs/${encodeURIComponent(owner)}/actions/${kind}/${encodeURIComponent(name)}`;

/** The numbers of the repositories that a value is for; nothing where it is not for selected ones. */
async function selectedFor(
  api: GitHubApi,
  path: string,
  visibility: string,
): Promise<readonly number[] | undefined> {
  if (visibility !== "selected") return undefined;
  const selected = await askAll<{ id: number }>(api, `${path}/repositories`, 100, "repositories");
  return selected.map(({ id }) => id);
}

const othersValue = (what: string, name: string, owner: string) =>
  new Error(
    `the CI ${what} ${name} of ${owner} exists already, and is not this stack's: choose another name, or remove it on the ` +
      "host, then run `pulumi up` again",
  );

/**
 * Lets an environment be made that is not there, or that has no rules but those it is to have: making it sets them all.
 * https://docs.github.com/en/rest/deployments/environments#create-or-update-an-environment
 *
 * @throws naming what somebody has set on it
 */
export async function refuseGuardedEnvironment(api: GitHubApi, wanted: WantedEnvironment): Promise<void> {
  const { repository, environment } = wanted;
  const found = await ask<{
    protection_rules?: readonly { readonly type: string }[];
    deployment_branch_policy?: { readonly protected_branches: boolean } | null;
  }>(api, { path: `${repositoryPath(api, repository)}/environments/${encodeURIComponent(environment)}` });
  const rules = (found?.protection_rules ?? [])
    .map(({ type }) => type)
    .filter((type) => type !== "branch_policy");
  const policy = found?.deployment_branch_policy ?? undefined;
  if (policy !== undefined && !(policy.protected_branches && wanted.protected)) rules.push("branch_policy");
  if (rules.length === 0) return;
  throw new Error(
    `the environment ${environment} of ${repository} exists already, with rules that would be lost: ${rules.join(", ")}. ` +
      "Remove them on the host, run `pulumi up`, and set them again: from then on they stay; or choose another environment",
  );
}
