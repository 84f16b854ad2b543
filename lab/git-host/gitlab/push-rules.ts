/** Rules for a push, which git's own hook `pre-receive` enforces: see `hooks/pre-receive`. */
import { join } from "node:path";
import { listRefs } from "../git-refs.ts";
import type { Repository } from "../store.ts";
import { roleIn } from "./caller.ts";
import { canPush } from "./deploy-keys.ts";
import type { Services } from "./endpoint.ts";
import { type Project, type ProtectedBranch, type User, accessLevels } from "./state.ts";

const hooks = join(import.meta.dirname, "hooks");

/** Who pushes. A deploy key is judged by who made it. */
export interface Pusher {
  readonly role: number;
  /** Ids of the deploy keys of theirs that may push to the project. */
  readonly ownKeys: readonly number[];
}

/**
 * The environment in which git runs a push: which branches are protected, and what this user may do to them.
 * https://docs.gitlab.com/user/project/repository/branches/protected/
 *
 * @param user who pushes, or who made the deploy key that pushes
 */
export async function pushRules(
  services: Pick<Services, "projects" | "deployKeys" | "repositories">,
  repository: Repository,
  user: User,
): Promise<Record<string, string>> {
  const project = services.projects.of(repository);
  const pusher = pusherOf(services, project, repository, user);
  const rules = project.protectedBranches.map((branch) =>
    [pattern(branch.name), digit(mayPush(branch, pusher)), digit(branch.allowForcePush)].join("\t"),
  );
  const empty = (await listRefs(services.repositories.path(repository), "refs/heads")).length === 0;
  // The first branch will be protected: it takes a maintainer to make it.
  const first = ["*", digit(pusher.role >= accessLevels.maintainer), digit(false)].join("\t");
  return {
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
    GIT_CONFIG_KEY_1: "core.hooksPath",
    GIT_CONFIG_VALUE_1: hooks,
    PUSH_DEFAULT_BRANCH: repository.defaultBranch,
    PUSH_RULES: (empty ? [first] : rules).join("\n"),
  };
}

function pusherOf(
  { deployKeys }: Pick<Services, "deployKeys">,
  project: Project,
  repository: Repository,
  user: User,
): Pusher {
  const keys = deployKeys
    .of(project)
    .filter((key) => key.userId === user.id && canPush(key, project) === true);
  return { role: roleIn(repository, user), ownKeys: keys.map(({ id }) => id) };
}

/** Whether somebody may push to a protected branch. Level 0 lets nobody, the administrator included. */
export function mayPush({ push }: ProtectedBranch, { role, ownKeys }: Pusher): boolean {
  return push.some(({ accessLevel, deployKeyId }) =>
    deployKeyId === null ? accessLevel > 0 && role >= accessLevel : ownKeys.includes(deployKeyId),
  );
}

/** Whether a rule is about a branch: its name is the branch's, or a pattern with `*` for anything. */
export function branchMatches({ name }: ProtectedBranch, branch: string): boolean {
  const expression = name.replaceAll(/[.*+?^${}()|[\]\\]/g, (it) => (it === "*" ? ".*" : `\\${it}`));
  return new RegExp(`^${expression}$`).test(branch);
}

/** A name of a protected branch as a pattern of the shell, in which only `*` stands for something else. */
function pattern(name: string): string {
  return name.replaceAll(/[\\?[\]]/g, "\\$&");
}

function digit(allowed: boolean): string {
  return allowed ? "1" : "0";
}
