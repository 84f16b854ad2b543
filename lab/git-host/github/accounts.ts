/** The accounts of the host: organisations, and one user who administers everything. */
import type { State } from "../store.ts";
import { type Urls, nodeId } from "./urls.ts";

/** An organisation or a user. */
export interface Account {
  readonly login: string;
  readonly type: "Organization" | "User";
  readonly id: number;
}

/** Ids of accounts begin here, so that they differ from those of other things. */
const firstId = 1_000_000;

/** The accounts. */
export class Accounts {
  /** Who the token belongs to. */
  readonly administrator: Account;
  readonly organizations: readonly Account[];

  /**
   * @param organizations logins
   * @param administrator login of the user
   */
  constructor(organizations: readonly string[], administrator: string) {
    this.administrator = { login: administrator, type: "User", id: firstId };
    this.organizations = organizations.map((login) => ({
      login,
      type: "Organization",
      id: accountId(login),
    }));
  }

  /** The account of this login, in whatever case it is written. */
  find(login: string): Account | undefined {
    return [this.administrator, ...this.organizations].find(
      (account) => account.login.toLowerCase() === login.toLowerCase(),
    );
  }
}

/** Made from the name, so that it stays the same whatever other accounts there are. */
function accountId(login: string): number {
  let hash = 0;
  for (const character of login.toLowerCase())
    hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 900_000_000;
  return firstId + 1 + hash;
}

/** An account as a part of another answer (`simple-user`). */
export function simpleUser({ login, id, type }: Account, urls: Urls): object {
  const url = urls.api(`/users/${login}`);
  return {
    login,
    id,
    node_id: nodeId(type, id),
    avatar_url: urls.web(`/avatars/u/${id}?`),
    gravatar_id: "",
    url,
    html_url: urls.web(`/${login}`),
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    user_view_type: "public",
    site_admin: type === "User",
  };
}

/** An account with its public profile (`public-user`). */
export function publicUser(account: Account, state: State, urls: Urls): object {
  return {
    ...simpleUser(account, urls),
    name: account.login,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: owned(account, state, true),
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: state.createdAt,
    updated_at: state.createdAt,
  };
}

/** The user who asks, with what only they see (`private-user`). */
export function privateUser(account: Account, state: State, urls: Urls): object {
  return {
    ...publicUser(account, state, urls),
    user_view_type: "private",
    private_gists: 0,
    total_private_repos: owned(account, state, false),
    owned_private_repos: owned(account, state, false),
    disk_usage: 0,
    collaborators: 0,
    two_factor_authentication: false,
  };
}

/** An organisation (`organization-full`). */
export function fullOrganization({ login, id, type }: Account, state: State, urls: Urls): object {
  const url = urls.api(`/orgs/${login}`);
  return {
    login,
    id,
    node_id: nodeId(type, id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: urls.web(`/avatars/u/${id}?`),
    description: null,
    name: login,
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: owned({ login, id, type }, state, true),
    public_gists: 0,
    followers: 0,
    following: 0,
    html_url: urls.web(`/${login}`),
    type,
    total_private_repos: owned({ login, id, type }, state, false),
    owned_private_repos: owned({ login, id, type }, state, false),
    default_repository_permission: "read",
    default_repository_branch: "main",
    members_can_create_repositories: true,
    members_can_fork_private_repositories: false,
    web_commit_signoff_required: false,
    created_at: state.createdAt,
    updated_at: state.createdAt,
    archived_at: null,
  };
}

function owned(account: Account, state: State, open: boolean): number {
  return state.repositories.filter(
    (it) => it.owner === account.login && (it.visibility === "public") === open,
  ).length;
}
