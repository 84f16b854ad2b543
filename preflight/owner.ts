import { findGitLabNamespace } from "../components/git/gitlab-api.ts";
import type { Config } from "../config.ts";
import { ConfigError } from "../config/problems.ts";
import { plain } from "./plain.ts";

/**
 * The number of the account that owns the repositories, where the host's resources want it: on GitLab.
 *
 * @throws {ConfigError} when there is no such account, or the host does not tell
 */
export async function findOwnerId({ git, gitToken }: Config): Promise<number | undefined> {
  if (git.kind !== "gitlab") return undefined;
  const refuse = (key: string, message: string) => new ConfigError([{ key, message }]);
  const id = await findGitLabNamespace({ ...git, token: await plain(gitToken) }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw refuse("slipway:git.baseUrl", `whose projects they are cannot be asked: ${why}`);
  });
  if (id !== undefined) return id;
  throw refuse(
    "slipway:git.owner",
    `got "${git.owner}", and ${git.baseUrl} shows this token no group and no user of that path: make the group first, ` +
      "or let the token's user be a member of it",
  );
}
