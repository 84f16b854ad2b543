/** Repositories as GitHub shows them. */
import type { Repository } from "../store.ts";
import { simpleUser } from "./accounts.ts";
import type { Call } from "./endpoint.ts";
import { showSecurity, showSettings } from "./repository-settings.ts";
import { nodeId } from "./urls.ts";

/** Links of a repository by their keys: what follows its address. */
const links: Readonly<Record<string, string>> = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
};

/** Who looks at a repository, and what its view is made from. */
export type Viewer = Pick<Call, "accounts" | "identity" | "urls">;

/** A repository in a list (`minimal-repository`). */
export function minimalRepository(repository: Repository, viewer: Viewer): object {
  const { urls } = viewer;
  const url = urls.repository(repository);
  const owner = viewer.accounts.find(repository.owner);
  const administers = viewer.identity === "administrator";
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: `${repository.owner}/${repository.name}`,
    private: repository.visibility !== "public",
    owner: owner && simpleUser(owner, urls),
    html_url: urls.web(`/${repository.owner}/${repository.name}`),
    description: repository.description,
    fork: false,
    url,
    ...Object.fromEntries(Object.entries(links).map(([key, path]) => [key, `${url}${path}`])),
    created_at: repository.createdAt,
    updated_at: repository.updatedAt,
    pushed_at: repository.pushedAt,
    git_url: urls.clone(repository).replace(/^http:/, "git:"),
    ssh_url: urls.ssh(repository),
    clone_url: urls.clone(repository),
    svn_url: urls.web(`/${repository.owner}/${repository.name}`),
    homepage: repository.homepage,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_pages: repository.settings["pages"] === true,
    forks_count: 0,
    mirror_url: null,
    archived: repository.archived,
    disabled: false,
    open_issues_count: 0,
    license: null,
    topics: repository.topics,
    visibility: repository.visibility,
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: repository.defaultBranch,
    ...showSettings(repository),
    permissions: {
      admin: administers,
      maintain: administers,
      push: administers,
      triage: administers,
      pull: true,
    },
    ...(administers && { security_and_analysis: showSecurity(repository) }),
  };
}

/** A repository by itself (`full-repository`). */
export function fullRepository(repository: Repository, viewer: Viewer): object {
  const owner = viewer.accounts.find(repository.owner);
  return {
    ...minimalRepository(repository, viewer),
    ...(owner?.type === "Organization" && { organization: simpleUser(owner, viewer.urls) }),
    ...(viewer.identity === "administrator" && { temp_clone_token: "" }),
    custom_properties: {},
    network_count: 0,
    subscribers_count: 0,
  };
}
