/** What webhooks are told: https://docs.gitlab.com/user/project/integrations/webhook_events/ */
import { listCommits } from "../git-objects.ts";
import { type RefChange, findRef, noObject } from "../git-refs.ts";
import type { Repository } from "../store.ts";
import type { Services } from "./endpoint.ts";
import type { ProjectHook } from "./state.ts";

/** Commits that an event names at most. */
const namedCommits = 20;

/** Tells a project's webhooks of a changed branch or tag. */
export async function tellOfPush(
  services: Services,
  repository: Repository,
  change: RefChange,
): Promise<void> {
  const tag = change.name.startsWith("refs/tags/");
  if (!tag && !change.name.startsWith("refs/heads/")) return;
  const wanted = services.projects
    .of(repository)
    .hooks.filter((hook) => (tag ? hook.events["tag_push_events"] : hook.events["push_events"]) === true)
    .filter((hook) => tag || passes(hook, change.name.slice("refs/heads/".length)));
  if (wanted.length === 0) return;
  const event = await pushEvent(services, repository, change);
  if (event === undefined) return;
  for (const hook of wanted) void services.webhooks.tell(hook, tag ? "Tag Push Hook" : "Push Hook", event);
}

/** Whether a webhook wants to know of a branch. */
function passes(hook: ProjectHook, branch: string): boolean {
  const filter = hook.pushEventsBranchFilter;
  if (filter === "" || hook.branchFilterStrategy === "all_branches") return true;
  const pattern =
    hook.branchFilterStrategy === "regex"
      ? filter
      : `^${filter.replaceAll(/[.*+?^${}()|[\]\\]/g, (it) => (it === "*" ? ".*" : `\\${it}`))}$`;
  return new RegExp(pattern).test(branch);
}

/**
 * A changed branch or tag.
 *
 * @param change unless given, as if the default branch had just been pushed
 * @returns undefined where there is no commit to tell of
 */
export async function pushEvent(
  { projects, repositories, state, urls }: Services,
  repository: Repository,
  change: RefChange | undefined,
): Promise<object | undefined> {
  const folder = repositories.path(repository);
  const name = `refs/heads/${repository.defaultBranch}`;
  const {
    before,
    after,
    name: ref,
  } = change ?? {
    name,
    before: noObject,
    after: (await findRef(folder, name))?.sha ?? noObject,
  };
  if (change === undefined && after === noObject) return undefined;
  const path = `${repository.owner}/${repository.name}`;
  const project = projects.of(repository);
  const user = state.users.find((it) => it.bot === undefined);
  const tag = ref.startsWith("refs/tags/");
  const commits =
    after === noObject ? [] : await listCommits(folder, after, { skip: 0, count: namedCommits });
  const known = commits.findIndex(({ sha }) => sha === before);
  const fresh = (
    known < 0 ? commits.slice(0, before === noObject ? namedCommits : 1) : commits.slice(0, known)
  ).reverse();
  return {
    object_kind: tag ? "tag_push" : "push",
    event_name: tag ? "tag_push" : "push",
    before,
    after,
    ref,
    ref_protected: project.protectedBranches.some((branch) => `refs/heads/${branch.name}` === ref),
    checkout_sha: after === noObject ? null : after,
    message: null,
    user_id: user?.id,
    user_name: user?.name,
    user_username: user?.username,
    user_email: null,
    user_avatar: null,
    project_id: project.id,
    project: {
      id: project.id,
      name: project.name,
      description: repository.description,
      web_url: urls.web(`/${path}`),
      avatar_url: null,
      git_ssh_url: urls.ssh(path),
      git_http_url: urls.clone(path),
      namespace: repository.owner.split("/").at(-1),
      visibility_level: { private: 0, internal: 10, public: 20 }[repository.visibility],
      path_with_namespace: path,
      default_branch: repository.defaultBranch,
      ci_config_path: null,
      homepage: urls.web(`/${path}`),
      url: urls.ssh(path),
      ssh_url: urls.ssh(path),
      http_url: urls.clone(path),
    },
    commits: fresh.map((commit) => ({
      id: commit.sha,
      message: commit.message,
      title: commit.message.split("\n", 1)[0],
      timestamp: commit.committer.date,
      url: urls.web(`/${path}/-/commit/${commit.sha}`),
      author: { name: commit.author.name, email: commit.author.email },
      added: [],
      modified: [],
      removed: [],
    })),
    total_commits_count: fresh.length,
    push_options: {},
    repository: {
      name: project.name,
      url: urls.ssh(path),
      description: repository.description,
      homepage: urls.web(`/${path}`),
      git_http_url: urls.clone(path),
      git_ssh_url: urls.ssh(path),
      visibility_level: { private: 0, internal: 10, public: 20 }[repository.visibility],
    },
  };
}
