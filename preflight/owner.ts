import { messageOf } from "../components/error-message.ts";
import { findGitLabNamespace } from "../components/git/gitlab-api.ts";
import { HostAwayError } from "../components/git/host-request.ts";
import { knownValue } from "../components/known-value.ts";
import { patiently } from "../components/patience.ts";
import type { Config } from "../config.ts";
import { ConfigError } from "../config/problems.ts";
import { hostPatience } from "./host-patience.ts";

/**
 * The number of the account that owns the repositories, where the host's resources want it: on GitLab. A host that does
 * not answer is tried again for some seconds.
 *
 * @throws {ConfigError} when there is no such account, or the host does not tell
 */
export async function findOwnerId({ git, gitToken }: Config): Promise<number | undefined> {
  if (git.kind !== "gitlab") return undefined;
  const refuse = (key: string, message: string) => new ConfigError([{ key, message }]);
  const api = { ...git, token: await knownValue(gitToken) };
  const id = await patiently(
    () => findGitLabNamespace(api),
    hostPatience(),
    (error) => error instanceof HostAwayError,
  ).catch((error: unknown) => {
    throw refuse("slipway:git.baseUrl", `whose projects they are cannot be asked: ${messageOf(error)}`);
  });
  if (id !== undefined) return id;
  throw refuse(
    "slipway:git.owner",
    `got "${git.owner}", and ${git.baseUrl} shows this token no group and no user of that path: make the group first, ` +
      "or let the token's user be a member of it",
  );
}
