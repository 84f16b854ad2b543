/** What an error of a provider, or of Git, says that the host has answered. Pure. */
import { connectionBroke } from "../away.ts";
import { limitIn } from "./rate-limit.ts";

/**
 * Why something could not be done:
 * - `limited`: too many requests
 * - `away`: no answer, or that it cannot now
 * - `taken`: it is there already, perhaps by a request whose answer was lost
 * - `conflict`: somebody else is changing the same
 * - `missing`: there is no such thing, or not yet everywhere
 * - `token`: the token opens nothing, any more or at all
 * - `forbidden`: the token may not do this
 * - `refused`: anything else that the host has answered
 */
export type HostAnswer =
  "limited" | "away" | "taken" | "conflict" | "missing" | "token" | "forbidden" | "refused";

/**
 * Reads an error of the upstream providers, of the lab's stand-in, of Slipway's own requests or of Git.
 *
 * @returns nothing where it is not about the host
 * @see https://github.com/google/go-github/blob/v82.0.0/github/github.go `ErrorResponse.Error`
 * @see https://gitlab.com/gitlab-org/api/client-go/-/blob/v1.46.0/gitlab.go `ErrorResponse.Error`
 */
export function answerIn(error: string): HostAnswer | undefined {
  const status = statusIn(error);
  if (limitIn(error) !== undefined) return "limited";
  if (status === undefined ? connectionBroke(error) : status >= 500) return "away";
  if (takenWords.test(error)) return "taken";
  if (status === 409) return "conflict";
  if (status === 404 || missingWords.test(error)) return "missing";
  if (status === 401 || tokenWords.test(error)) return "token";
  if (status === 403) return "forbidden";
  return status === undefined ? undefined : "refused";
}

/** `POST https://…: 503 …`, `GitLab answers 503 to …`, `The requested URL returned error: 503`. */
export function statusIn(error: string): number | undefined {
  const [, status] =
    /(?:\b(?:GET|POST|PUT|PATCH|DELETE) \S+: |\banswers |returned error: )([1-5]\d\d)\b/.exec(error) ?? [];
  return status === undefined ? undefined : Number(status);
}

/**
 * GitHub's words for a repository, a key, a variable, a webhook, and a name; GitLab's for a project, a key or a variable, a
 * job's scope, and an approval rule.
 */
const takenWords =
  /name already exists|key is already in use|Already exists|Hook already exists|Name must be unique|has already been taken|is already in the job token scope|any-approver for the project already exists/;

/**
 * client-go's for any 404, Git's, and the bridge's for what the upstream provider did not find right after making it; and
 * GitLab's, by 400, for what is no longer in a job's scope.
 */
const missingWords =
  /\b404 Not Found|repository '[^']*' not found|expected non-(?:nil error with nil state|empty ID)|is not in the job token scope/;

const tokenWords = /Bad credentials|Authentication failed for|could not read Username|invalid_token/;
