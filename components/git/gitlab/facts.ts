/** What GitLab says of a token, and of the group or user that owns the projects: what it allows there. Reads only. */
import { findGitLabNamespace, refusalOf, respond, type GitLabApi, type GitLabNamespace } from "./api.ts";
import { HostAwayError, jsonOf, TokenRefusedError } from "../host-request.ts";

/** Which of the answers are needed; each is a request or two. */
export interface GitLabQuestions {
  /** What the group lets its members do, and what the token's user is there. */
  readonly group: boolean;
  /** Whether a runner waits for jobs. */
  readonly runners: boolean;
}

/** What there is to know. What is left out is what GitLab does not tell this token. */
export interface GitLabFacts {
  readonly token?: {
    readonly scopes: readonly string[];
    /** The day at whose beginning the token ends, in UTC. */
    readonly ends?: Date;
  };
  /** Nothing where there is none of that path, or none that the token may see. */
  readonly namespace: GitLabNamespace | undefined;
  readonly group?: {
    /** Who makes projects: `noone`, `administrator`, `owner`, `maintainer` or `developer`. */
    readonly creation?: string;
    /** Its projects are seen by no more people than this. */
    readonly visibility?: "private" | "internal" | "public";
    readonly archived: boolean;
    readonly leaving: boolean;
  };
  /** Access level of the token's user in the group; 0 for nobody's member. https://docs.gitlab.com/api/access_requests/#valid-access-levels */
  readonly role?: number;
  /** Whether a runner that jobs of the group get is online. */
  readonly runner?: boolean;
}

/**
 * Asks: two requests, one more for the runners, and two or three for the group.
 *
 * @throws {HostAwayError} when the host does not answer, or with 5xx or 429
 * @throws {TokenRefusedError} when the token is not good
 * @throws when the owner cannot be asked for
 */
export async function gitLabFacts(api: GitLabApi, questions: GitLabQuestions): Promise<GitLabFacts> {
  const path = `groups/${encodeURIComponent(api.owner)}`;
  const [token, namespace, group, runners] = await Promise.all([
    look<Token>(api, "personal_access_tokens/self"),
    findGitLabNamespace(api),
    questions.group ? look<Group>(api, `${path}?with_projects=false`) : undefined,
    questions.runners ? look<readonly unknown[]>(api, `${path}/runners?status=online&per_page=1`) : undefined,
  ]);
  const role = questions.group && namespace?.kind === "group" ? await roleIn(api, path, token) : undefined;
  return {
    namespace,
    ...(token && { token: { scopes: token.scopes, ...ends(token) } }),
    ...(group && { group: groupFacts(group) }),
    ...(role !== undefined && { role }),
    ...(runners && { runner: runners.length > 0 }),
  };
}

/** https://docs.gitlab.com/api/personal_access_tokens/#get-details-on-a-personal-access-token */
interface Token {
  readonly user_id: number;
  readonly scopes: readonly string[];
  readonly expires_at?: string | null;
}

/** https://docs.gitlab.com/api/groups/#get-a-single-group */
interface Group {
  readonly project_creation_level?: string | null;
  readonly visibility?: "private" | "internal" | "public";
  readonly archived?: boolean;
  readonly marked_for_deletion_on?: string | null;
}

function ends({ expires_at: day }: Token): { ends?: Date } {
  return typeof day === "string" ? { ends: new Date(`${day}T00:00:00Z`) } : {};
}

function groupFacts(group: Group): GitLabFacts["group"] {
  const { project_creation_level: creation, visibility, archived = false } = group;
  return {
    ...(typeof creation === "string" && { creation }),
    ...(visibility && { visibility }),
    archived,
    leaving: typeof group.marked_for_deletion_on === "string",
  };
}

/** An administrator is no member, and may do everything. https://docs.gitlab.com/api/group_members/ */
async function roleIn(api: GitLabApi, path: string, token: Token | undefined): Promise<number | undefined> {
  if (token === undefined) return undefined;
  const member = await respond(api, { path: `${path}/members/all/${token.user_id}` });
  if (member.ok) return (await jsonOf<{ access_level: number }>(member)).access_level;
  if (member.status !== 404) return undefined;
  const user = await look<{ is_admin?: boolean }>(api, "user");
  return user && (user.is_admin === true ? administrator : 0);
}

/** Above all roles of members. */
const administrator = 60;

/** An answer; nothing where there is none, or none for this token. */
async function look<T>(api: GitLabApi, path: string): Promise<T | undefined> {
  const response = await respond(api, { path });
  if (response.ok) return await jsonOf<T>(response);
  const refusal = await refusalOf(response, { path });
  if (refusal instanceof HostAwayError || refusal instanceof TokenRefusedError) throw refusal;
  return undefined;
}
