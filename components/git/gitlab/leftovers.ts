/**
 * What a killed run, a lost answer, or a state that was lost, has left on GitLab: things that are there and that no state
 * knows. GitLab refuses to make them a second time, or makes something else of it, and so they go first. Nothing else does:
 * each function says by what it knows them. A project is known by its topics, which it has from the first moment.
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
import { askGitLab, askGitLabAll, type GitLabApi } from "./api.ts";

/** A deploy key as it is to be registered. */
export interface WantedKey extends KeyToRegister {
  /** The project's number. */
  readonly project: string;
}

/** The keys of a stack at one project. */
export interface StackKeys extends StackTitles {
  readonly project: string;
}

/** A CI variable as it is to be set. */
export interface WantedVariable {
  readonly project: string;
  readonly key: string;
  /** The environments that get it; `*` is all. */
  readonly scope: string;
  readonly value: string;
}

/** A webhook as it is to be made. */
export interface WantedWebhook {
  readonly project: string;
  readonly url: string;
  /** Given where others of this name are lost: it says whose they are, and for what. */
  readonly lostName?: string;
  /** Number of the one that stays. */
  readonly kept?: number;
}

/** A project that is let in by the job token's scope of another one. */
export interface WantedScope {
  readonly project: string;
  /** Number of the project that is let in. */
  readonly target: number;
}

/**
 * Takes back the registration of this very key under this title.
 * Registering it once more would answer with what is there, rights included; with another comment, that it is taken.
 * https://docs.gitlab.com/api/deploy_keys/#add-deploy-key-for-a-project
 */
export async function removeSameKey(api: GitLabApi, wanted: WantedKey): Promise<void> {
  await removeKeys(api, wanted.project, sameKey(wanted));
}

/** Removes other keys with the same title, which are those of a state that is lost. */
export async function removeLostKeys(api: GitLabApi, wanted: WantedKey): Promise<void> {
  await removeKeys(api, wanted.project, lostKey(wanted));
}

/** Removes the stack's keys that it has no use for any more. */
export async function removeUnusedKeys(api: GitLabApi, keys: StackKeys): Promise<void> {
  await removeKeys(api, keys.project, unusedKey(keys));
}

/** A key that opens other projects, too, does so still: what goes is what it may do in this one. */
async function removeKeys(api: GitLabApi, project: string, goes: PickKey): Promise<void> {
  const path = `projects/${encodeURIComponent(project)}/deploy_keys`;
  for (const { id } of (await askGitLabAll<FoundKey>(api, path)).filter(goes))
    await askGitLab(api, { method: "DELETE", path: `${path}/${id}` });
}

/**
 * Removes a CI variable that has the wanted value already, since making it once more is refused.
 * https://docs.gitlab.com/api/project_level_variables/
 *
 * @throws when it has another value, or GitLab does not tell which: somebody else has set it
 */
export async function removeSameVariable(api: GitLabApi, wanted: WantedVariable): Promise<void> {
  const { project, key, scope, value } = wanted;
  const scoped = `?${new URLSearchParams({ "filter[environment_scope]": scope }).toString()}`;
  const path = `projects/${encodeURIComponent(project)}/variables/${encodeURIComponent(key)}${scoped}`;
  const found = await askGitLab<{ value: string | null }>(api, { path });
  if (found === undefined) return;
  if (found.value !== value) {
    throw new Error(
      `the CI variable ${key} exists already in the project ${project}, with another value, and is not in this stack's ` +
        "state: remove it on the host, then run `pulumi up` again",
    );
  }
  await askGitLab(api, { method: "DELETE", path });
}

/** Takes a project off the list that it is about to be put on. https://docs.gitlab.com/api/project_job_token_scopes/ */
export async function removeSameScope(api: GitLabApi, { project, target }: WantedScope): Promise<void> {
  const path = `projects/${encodeURIComponent(project)}/job_token_scope/allowlist`;
  const listed = await askGitLabAll<{ id: number }>(api, path);
  // A project always lets in itself.
  if (String(target) === project || !listed.some(({ id }) => id === target)) return;
  await askGitLab(api, { method: "DELETE", path: `${path}/${target}` });
}

/**
 * Removes the webhooks of a project to this very address, which nobody else knows: a token is in it. And those that are lost.
 * GitLab takes a second one to the same address, and tells both. https://docs.gitlab.com/api/project_webhooks/
 */
export async function removeSameWebhooks(
  api: GitLabApi,
  { project, url, lostName, kept }: WantedWebhook,
): Promise<void> {
  const path = `projects/${encodeURIComponent(project)}/hooks`;
  const found = await askGitLabAll<{ id: number; url: string; name?: string | null }>(api, path);
  const isLost = ({ name }: { name?: string | null }) => lostName !== undefined && name === lostName;
  const same = found.filter((hook) => (hook.url === url || isLost(hook)) && hook.id !== kept);
  for (const { id } of same) await askGitLab(api, { method: "DELETE", path: `${path}/${id}` });
}

/** The tokens of a project that a stack has made. */
export interface StackTokens {
  readonly project: string;
  /** By which people recognise it; it says whose it is, and for what. */
  readonly name: string;
  /** Number of the one that was just made. */
  readonly kept: number;
  /** Numbers of the users that the tokens of the state act as: each has one of its own. */
  readonly users: ReadonlySet<number>;
}

/**
 * Revokes the tokens under a name that nobody has: a token's value is told once, and an answer that was lost has told nobody.
 * So one that was ever used is left alone, and so are those of the state.
 * https://docs.gitlab.com/api/project_access_tokens/#list-all-project-access-tokens
 */
export async function revokeUnknownTokens(api: GitLabApi, wanted: StackTokens): Promise<void> {
  const { project, name, kept, users } = wanted;
  const path = `projects/${encodeURIComponent(project)}/access_tokens`;
  const found = await askGitLabAll<FoundToken>(api, path);
  const unknown = found.filter(
    (token) =>
      token.name === name &&
      token.active &&
      token.last_used_at === null &&
      token.id !== kept &&
      !users.has(token.user_id),
  );
  for (const { id } of unknown) await askGitLab(api, { method: "DELETE", path: `${path}/${id}` });
}

interface FoundToken {
  readonly id: number;
  readonly name: string;
  readonly user_id: number;
  readonly active: boolean;
  readonly last_used_at: string | null;
}

/**
 * Removes the rule for any approver that has the wanted name: a project takes no second one. One that asks for nobody is left
 * alone, since the provider takes it over.
 * https://docs.gitlab.com/api/merge_request_approvals/#approval-rules-for-projects
 *
 * @throws when there is one of another name that asks for somebody: somebody else has made it
 */
export async function removeOwnApprovalRule(
  api: GitLabApi,
  { project, name }: { readonly project: string; readonly name: string },
): Promise<void> {
  const path = `projects/${encodeURIComponent(project)}/approval_rules`;
  const rules = await askGitLabAll<FoundRule>(api, path);
  const rule = rules.find(
    ({ rule_type: type, approvals_required: asked }) => type === "any_approver" && asked > 0,
  );
  if (rule === undefined) return;
  if (rule.name !== name) {
    throw new Error(
      `the project ${project} has the approval rule "${rule.name}" already, for ${rule.approvals_required} of anybody, and takes ` +
        "no second one: remove it in the project's settings of merge requests, then run `pulumi up` again",
    );
  }
  await askGitLab(api, { method: "DELETE", path: `${path}/${rule.id}` });
}

interface FoundRule {
  readonly id: number;
  readonly name: string;
  readonly rule_type: string;
  readonly approvals_required: number;
}
