/**
 * What a killed run, or a state that was lost, has left on GitHub: things that are there and that no state knows. GitHub
 * refuses to make them a second time, and so they go first. Nothing else does: each function says by what it knows them.
 */
import {
  lostKey,
  sameKey,
  unusedKey,
  type FoundKey,
  type KeyToRegister,
  type PickKey,
  type StackTitles,
} from "../keys/found-keys.ts";
import {
  ask,
  askAll,
  findGitHubRepository,
  isEmptyRepository,
  repositoryPath,
  setTopics,
  type GitHubApi,
} from "./api.ts";

/** A deploy key as it is to be registered. */
export interface WantedKey extends KeyToRegister {
  readonly repository: string;
}

/** The keys of a stack at one repository. */
export interface StackKeys extends StackTitles {
  readonly repository: string;
}

/** A CI variable as it is to be set. */
export interface WantedVariable {
  readonly repository: string;
  /** The environment that has it; the repository itself, unless given. */
  readonly environment?: string;
  readonly name: string;
  readonly value: string;
}

/**
 * Takes back the registration of this very key under this title.
 * A key may be registered once in all of GitHub: https://docs.github.com/en/rest/deploy-keys/deploy-keys#create-a-deploy-key
 */
export async function removeSameKey(api: GitHubApi, wanted: WantedKey): Promise<void> {
  await removeKeys(api, wanted.repository, sameKey(wanted));
}

/** Removes other keys with the same title, which are those of a state that is lost. */
export async function removeLostKeys(api: GitHubApi, wanted: WantedKey): Promise<void> {
  await removeKeys(api, wanted.repository, lostKey(wanted));
}

/** Removes the stack's keys that it has no use for any more. */
export async function removeUnusedKeys(api: GitHubApi, keys: StackKeys): Promise<void> {
  await removeKeys(api, keys.repository, unusedKey(keys));
}

async function removeKeys(api: GitHubApi, repository: string, goes: PickKey): Promise<void> {
  const path = `${repositoryPath(api, repository)}/keys`;
  for (const { id } of (await askAll<FoundKey>(api, path, 100)).filter(goes))
    await ask(api, { method: "DELETE", path: `${path}/${id}` });
}

/**
 * Removes a CI variable that has the wanted value already, since making it once more is a conflict.
 *
 * @throws when it has another value: somebody else has set it
 */
export async function removeSameVariable(api: GitHubApi, wanted: WantedVariable): Promise<void> {
  const { repository, environment, name, value } = wanted;
  const holder = environment === undefined ? "actions" : `environments/${encodeURIComponent(environment)}`;
  const path = `${repositoryPath(api, repository)}/${holder}/variables/${encodeURIComponent(name)}`;
  const found = await ask<{ value: string }>(api, { path });
  if (found === undefined) return;
  if (found.value !== value) {
    throw new Error(
      `the CI variable ${name} of ${repository} exists already, with another value, and is not in this stack's state: ` +
        "remove it on the host, then run `pulumi up` again",
    );
  }
  await ask(api, { method: "DELETE", path });
}

/**
 * Removes a webhook to this very address, which nobody else knows: a token is in it. GitHub takes no second one.
 * https://docs.github.com/en/rest/repos/webhooks#create-a-repository-webhook
 */
export async function removeSameWebhook(api: GitHubApi, repository: string, url: string): Promise<void> {
  const path = `${repositoryPath(api, repository)}/hooks`;
  const hooks = await askAll<{ id: number; config: { url?: string } }>(api, path, 100);
  for (const { id } of hooks.filter(({ config }) => config.url === url)) {
    await ask(api, { method: "DELETE", path: `${path}/${id}` });
  }
}

/**
 * Removes rulesets of the repository's own under a name, which only Slipway gives; those of the organisation stay.
 * https://docs.github.com/en/rest/repos/rules#get-all-repository-rulesets
 *
 * @param kept id of one that stays
 */
export async function removeSameRuleset(
  api: GitHubApi,
  repository: string,
  name: string,
  kept?: string,
): Promise<void> {
  const path = `${repositoryPath(api, repository)}/rulesets`;
  const found = await askAll<{ id: number; name: string; source_type?: string }>(api, path, 100);
  const same = found.filter((one) => one.name === name && one.source_type === "Repository");
  for (const { id } of same.filter((one) => String(one.id) !== kept))
    await ask(api, { method: "DELETE", path: `${path}/${id}` });
}

/**
 * Refuses to make a repository that is there.
 *
 * @throws with what to do: the stack's outputs still name it, so it is the rest of a `destroy` that did not end
 */
export async function refuseExisting(api: GitHubApi, repository: string): Promise<void> {
  const found = await ask<{ name: string }>(api, { path: repositoryPath(api, repository) });
  if (found?.name.toLowerCase() !== repository.toLowerCase()) return;
  throw new Error(
    `the repository ${repository} exists, and is no longer in this stack's state, as after a \`pulumi destroy\` that was ` +
      "interrupted: let `pulumi destroy --refresh` come to its end, then run `pulumi up` again, which takes it back",
  );
}

/**
 * Marks a repository as the stack's own whose making has failed, and that is there all the same: a moment before it was not,
 * and nothing has been done with it since. So the next run takes it into the state. One that has topics, or was pushed to, is
 * left as it is.
 *
 * @throws with what to do, when it is there
 */
export async function keepMade(api: GitHubApi, repository: string, topics: readonly string[]): Promise<void> {
  const found = await findGitHubRepository(api, repository);
  if (found === undefined) return;
  if (found.topics.length === 0 && (await isEmptyRepository(api, repository)))
    await setTopics(api, repository, topics);
  throw new Error(
    `the repository ${api.owner}/${repository} is there, though not all of GitHub's answers arrived: run \`pulumi up\` again, ` +
      "which takes it into the state if it is this stack's",
  );
}
