/** Rules for a push, which git's own hook `pre-receive` enforces: see `hooks/pre-receive`. */
import { join } from "node:path";
import type { Repository } from "../store.ts";
import type { Services } from "./endpoint.ts";
import type { ProtectedBranch } from "./state.ts";

const hooks = join(import.meta.dirname, "hooks");

/** Who pushes: somebody with a role in the project, or a deploy key. */
export type Pusher = { readonly role: number } | { readonly deployKeyId: number };

/**
 * The environment in which git runs the push: which branches are protected, and what this pusher may do to them.
 * https://docs.gitlab.com/user/project/repository/branches/protected/
 */
export function pushRules(
  { projects }: Pick<Services, "projects">,
  repository: Repository,
  pusher: Pusher,
): Record<string, string> {
  const rules = projects
    .of(repository)
    .protectedBranches.map((branch) =>
      [pattern(branch.name), digit(mayPush(branch, pusher)), digit(branch.allowForcePush)].join("\t"),
    );
  return {
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
    GIT_CONFIG_KEY_1: "core.hooksPath",
    GIT_CONFIG_VALUE_1: hooks,
    PUSH_DEFAULT_BRANCH: repository.defaultBranch,
    PUSH_RULES: rules.join("\n"),
  };
}

/** Level 0 lets nobody push, the administrator included; a deploy key pushes where it is named, whatever its owner's role. */
function mayPush(branch: ProtectedBranch, pusher: Pusher): boolean {
  return branch.push.some(({ accessLevel, deployKeyId }) =>
    "deployKeyId" in pusher
      ? deployKeyId === pusher.deployKeyId
      : deployKeyId === null && accessLevel > 0 && pusher.role >= accessLevel,
  );
}

/** A name of a protected branch as a pattern of the shell, in which only `*` stands for something else. */
function pattern(name: string): string {
  return name.replaceAll(/[\\?[\]]/g, "\\$&");
}

function digit(allowed: boolean): string {
  return allowed ? "1" : "0";
}
