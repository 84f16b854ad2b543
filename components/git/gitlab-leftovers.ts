/**
 * What a killed run, a lost answer, or a state that was lost, has left on GitLab: things that are there and that no state
 * knows. GitLab refuses to make them a second time, or makes something else of it, and so they go first. Nothing else does:
 * each function says by what it knows them. A project is known by its topics, which it has from the first moment.
 */
import { askGitLab, askGitLabAll, type GitLabApi } from "./gitlab-api.ts";

/** A deploy key as it is to be registered. */
export interface WantedKey {
  /** The project's number. */
  readonly project: string;
  readonly title: string;
  /** The public key in OpenSSH's form. */
  readonly publicKey: string;
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
}

/** A project that is let in by the job token's scope of another one. */
export interface WantedScope {
  readonly project: string;
  /** Number of the project that is let in. */
  readonly target: number;
}

interface FoundKey {
  readonly id: number;
  readonly key: string;
  readonly title: string;
}

/**
 * Takes back the registration of this very key under this title: its private half is in nobody's hands but the stack's.
 * Registering it once more would answer with what is there, rights included; with another comment, that it is taken.
 * https://docs.gitlab.com/api/deploy_keys/#add-deploy-key-for-a-project
 */
export async function removeSameKey(api: GitLabApi, wanted: WantedKey): Promise<void> {
  await removeKeys(
    api,
    wanted.project,
    ({ key, title }) => title === wanted.title && material(key) === material(wanted.publicKey),
  );
}

/**
 * Removes other keys with the same title, which says whose they are and for what; their private halves are lost with the
 * state. A key that opens other projects, too, does so still: what goes is what it may do in this one.
 */
export async function removeLostKeys(api: GitLabApi, wanted: WantedKey): Promise<void> {
  await removeKeys(
    api,
    wanted.project,
    ({ key, title }) => title === wanted.title && material(key) !== material(wanted.publicKey),
  );
}

async function removeKeys(
  api: GitLabApi,
  project: string,
  chosen: (key: FoundKey) => boolean,
): Promise<void> {
  const path = `projects/${encodeURIComponent(project)}/deploy_keys`;
  for (const { id } of (await askGitLabAll<FoundKey>(api, path)).filter(chosen))
    await askGitLab(api, { method: "DELETE", path: `${path}/${id}` });
}

/** A public key without its comment. */
const material = (key: string): string => key.trim().split(/\s+/).slice(0, 2).join(" ");

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
  { project, url, lostName }: WantedWebhook,
): Promise<void> {
  const path = `projects/${encodeURIComponent(project)}/hooks`;
  const found = await askGitLabAll<{ id: number; url: string; name?: string | null }>(api, path);
  const isLost = ({ name }: { name?: string | null }) => lostName !== undefined && name === lostName;
  for (const { id } of found.filter((hook) => hook.url === url || isLost(hook)))
    await askGitLab(api, { method: "DELETE", path: `${path}/${id}` });
}
