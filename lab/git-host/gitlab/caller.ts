/** Who makes a request of the API, and what they may do. */
import type { IncomingHttpHeaders } from "node:http";
import type { Repository } from "../store.ts";
import { unauthorized } from "./gitlab-error.ts";
import { type Token, type User, accessLevels } from "./state.ts";
import type { Tokens } from "./tokens.ts";

/** Somebody with a token. */
export interface Caller {
  readonly user: User;
  readonly token: Token;
}

/**
 * Who shows which token, in the header `PRIVATE-TOKEN`, as `Authorization: Bearer`, or as the parameter `private_token`:
 * https://docs.gitlab.com/api/rest/authentication/
 *
 * @returns undefined when no token is shown
 * @throws GitLabError 401 when the token is not good
 */
export function identify(
  tokens: Tokens,
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
): Caller | undefined {
  const [, bearer] = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? "") ?? [];
  const value = headers["private-token"]?.toString() ?? query.get("private_token") ?? bearer;
  if (value === undefined || value === "") {
    // Basic credentials and unknown schemes are nobody's, as are CI job tokens where they open nothing.
    if (headers["job-token"] !== undefined) throw unauthorized();
    return undefined;
  }
  return tokens.authenticate(value);
}

/** Somebody's role in a project; no access where they are no member, whatever its visibility. */
export function roleIn(repository: Repository, user: User | undefined): number {
  if (user?.bot === undefined) return groupRole(repository.owner, user);
  return user.bot.projectId === repository.id ? user.bot.accessLevel : accessLevels.noAccess;
}

/** Somebody's role in a group; the administrator counts as its owner. */
export function groupRole(path: string, user: User | undefined): number {
  if (user === undefined || user.bot !== undefined) return accessLevels.noAccess;
  if (user.roles === undefined || user.username === path) return accessLevels.owner;
  const given = Object.entries(user.roles).filter(
    ([group]) => path === group || path.startsWith(`${group}/`),
  );
  return Math.max(accessLevels.noAccess, ...given.map(([, level]) => level));
}

/** Whether somebody may know of a project. */
export function maySee(repository: Repository, user: User | undefined): boolean {
  if (repository.visibility === "public") return true;
  if (repository.visibility === "internal" && user !== undefined) return true;
  return roleIn(repository, user) >= accessLevels.guest;
}
