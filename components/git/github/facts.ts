/** What GitHub says of a token, and of the account that owns the repositories: what it allows there. Reads only. */
import { refusalOf, respond, type GitHubApi } from "./api.ts";
import { HostAwayError, jsonOf, TokenRefusedError } from "../host-request.ts";

/** Which of the answers are needed; each is a request. */
export interface GitHubQuestions {
  /** Whether the token's user may make repositories in the organisation. */
  readonly membership: boolean;
  /** Whether the organisation lets GitHub Actions run. */
  readonly actions: boolean;
}

/** What there is to know. What is left out is what GitHub does not tell this token. */
export interface GitHubFacts {
  /** Scopes of a classic token; fine-grained ones and those of apps have none. */
  readonly scopes?: readonly string[];
  /** When the token ends. */
  readonly tokenEnds?: Date;
  readonly owner?: GitHubOwner;
  /** Role of the token's user in the organisation. */
  readonly membership?: "admin" | "member" | "billing_manager" | "pending" | "none";
  /** Repositories of the organisation that GitHub Actions runs in. */
  readonly actions?: "all" | "none" | "selected";
}

/** The account that owns the repositories. */
export type GitHubOwner =
  | { readonly kind: "nobody" }
  /** Somebody's personal account. */
  | {
      readonly kind: "user";
      readonly plan?: string;
      /** Login of the token's user. */ readonly asker?: string;
    }
  | {
      readonly kind: "organisation";
      readonly plan?: string;
      /** Whether deploy keys may be added and used. */
      readonly deployKeys?: boolean;
      /** Whether its members may make repositories of a visibility. */
      readonly membersMake: Readonly<Partial<Record<"private" | "internal" | "public", boolean>>>;
    };

/** An organisation, as much as is read: https://docs.github.com/en/rest/orgs/orgs#get-an-organization */
interface Organisation {
  readonly plan?: { readonly name: string };
  readonly deploy_keys_enabled_for_repositories?: boolean;
  readonly members_can_create_repositories?: boolean;
  readonly members_can_create_private_repositories?: boolean;
  readonly members_can_create_internal_repositories?: boolean;
  readonly members_can_create_public_repositories?: boolean;
}

/**
 * Asks: one request for an organisation, three for a personal account, and one for each question.
 *
 * @throws {HostAwayError} when the host does not answer, or with 5xx or 429
 * @throws {TokenRefusedError} when the token is not good
 */
export async function gitHubFacts(api: GitHubApi, questions: GitHubQuestions): Promise<GitHubFacts> {
  const owner = encodeURIComponent(api.owner);
  const [organisation, member, actions] = await Promise.all([
    look<Organisation>(api, `orgs/${owner}`),
    questions.membership
      ? look<{ role: "admin" | "member" | "billing_manager"; state: string }>(
          api,
          `user/memberships/orgs/${owner}`,
        )
      : undefined,
    questions.actions
      ? look<{ enabled_repositories: "all" | "none" | "selected" }>(api, `orgs/${owner}/actions/permissions`)
      : undefined,
  ]);
  const token = tokenFacts(organisation.headers);
  if (organisation.body === undefined) return { ...token, ...(await accountFacts(api)) };
  const membership = membershipOf(member, token.scopes !== undefined);
  return {
    ...token,
    owner: organisationFacts(organisation.body),
    ...(membership && { membership }),
    ...(actions?.body && { actions: actions.body.enabled_repositories }),
  };
}

/**
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
 * https://github.blog/changelog/2021-07-26-expiration-options-for-personal-access-tokens/
 */
function tokenFacts(headers: Headers): Pick<GitHubFacts, "scopes" | "tokenEnds"> {
  const scopes = headers.get("x-oauth-scopes");
  // "2026-12-31 09:00:00 UTC", or with an offset.
  const ends = Date.parse(headers.get("github-authentication-token-expiration") ?? "");
  return {
    ...(scopes !== null && { scopes: scopes.split(/,\s*/).filter(Boolean) }),
    ...(!Number.isNaN(ends) && { tokenEnds: new Date(ends) }),
  };
}

function organisationFacts(body: Organisation): GitHubOwner {
  const any = body.members_can_create_repositories;
  const makes = {
    private: body.members_can_create_private_repositories ?? any,
    internal: body.members_can_create_internal_repositories ?? any,
    public: body.members_can_create_public_repositories ?? any,
  };
  const deployKeys = body.deploy_keys_enabled_for_repositories;
  return {
    kind: "organisation",
    ...(body.plan && { plan: body.plan.name }),
    ...(deployKeys !== undefined && { deployKeys }),
    membersMake: Object.fromEntries(Object.entries(makes).filter(([, may]) => may !== undefined)),
  };
}

/** An owner that is no organisation, or none that this token may see. */
async function accountFacts(api: GitHubApi): Promise<Pick<GitHubFacts, "owner">> {
  const [account, asker] = await Promise.all([
    look<{ type: string }>(api, `users/${encodeURIComponent(api.owner)}`),
    look<{ login: string; plan?: { name: string } }>(api, "user"),
  ]);
  if (account.status === 404) return { owner: { kind: "nobody" } };
  if (account.body === undefined) return {};
  if (account.body.type !== "User") return { owner: { kind: "organisation", membersMake: {} } };
  const { login, plan } = asker.body ?? {};
  return {
    owner: {
      kind: "user",
      ...(login !== undefined && { asker: login }),
      ...(plan && login?.toLowerCase() === api.owner.toLowerCase() && { plan: plan.name }),
    },
  };
}

/**
 * https://docs.github.com/en/rest/orgs/members#get-an-organization-membership-for-the-authenticated-user
 *
 * @param classic whether 404 means what it says: a fine-grained token may just not be allowed to look
 */
function membershipOf(
  answer: Looked<{ role: "admin" | "member" | "billing_manager"; state: string }> | undefined,
  classic: boolean,
): GitHubFacts["membership"] {
  if (answer?.body !== undefined) return answer.body.state === "pending" ? "pending" : answer.body.role;
  return answer?.status === 404 && classic ? "none" : undefined;
}

interface Looked<T> {
  readonly status: number;
  readonly headers: Headers;
  /** Nothing where this token gets no such answer. */
  readonly body?: T;
}

/** An answer; one that says that there is nothing, or nothing for this token, is one too. */
async function look<T>(api: GitHubApi, path: string): Promise<Looked<T>> {
  const response = await respond(api, { path });
  const { status, headers } = response;
  if (response.ok) return { status, headers, body: await jsonOf<T>(response) };
  const refusal = await refusalOf(response, { path });
  if (refusal instanceof HostAwayError || refusal instanceof TokenRefusedError) throw refusal;
  return { status, headers };
}
