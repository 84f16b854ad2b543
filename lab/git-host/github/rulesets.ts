/** Rulesets of a repository, and which of their rules a change of a ref breaks. */
import { type RefChange, noObject } from "../git-refs.ts";
import type { Repository } from "../store.ts";

/** A rule of a kind that is enforced here, in GitHub's own words. */
export type Rule =
  | { readonly type: "creation" | "deletion" | "non_fast_forward" }
  | { readonly type: "pull_request"; readonly parameters: Readonly<Record<string, unknown>> }
  | { readonly type: "required_status_checks"; readonly parameters: StatusChecks };

/** https://docs.github.com/en/rest/repos/rules#create-a-repository-ruleset */
export interface StatusChecks {
  readonly required_status_checks: readonly { readonly context: string }[];
  readonly strict_required_status_checks_policy: boolean;
  readonly do_not_enforce_on_create?: boolean | undefined;
}

/** Somebody who gets past a ruleset. */
export interface BypassActor {
  readonly actor_id: number | null;
  readonly actor_type: "Integration" | "OrganizationAdmin" | "RepositoryRole" | "Team" | "DeployKey" | "User";
  readonly bypass_mode: "always" | "pull_request" | "exempt";
}

/** What a ruleset says. */
export interface RulesetContent {
  name: string;
  target: "branch" | "tag";
  enforcement: "active" | "disabled" | "evaluate";
  bypassActors: readonly BypassActor[];
  include: readonly string[];
  exclude: readonly string[];
  rules: readonly Rule[];
}

/** A ruleset of a repository. Times are ISO 8601 in UTC. */
export interface Ruleset extends RulesetContent {
  readonly id: number;
  readonly createdAt: string;
  updatedAt: string;
}

/** Who changes a ref: the administrator, or a deploy key. */
export type Actor = "administrator" | "deploy-key";

/** GitHub's number of the repository role "admin". */
const adminRole = 5;

/** Whether somebody gets past a ruleset, outside of pull requests. */
export function bypasses({ bypassActors }: Pick<Ruleset, "bypassActors">, actor: Actor): boolean {
  return bypassActors.some(({ actor_type: type, actor_id: id, bypass_mode: mode }) => {
    if (mode === "pull_request") return false;
    if (actor === "deploy-key") return type === "DeployKey";
    return type === "OrganizationAdmin" || (type === "RepositoryRole" && id === adminRole);
  });
}

/** The rulesets that hold for somebody. */
export function rulesetsFor({ rulesets = [] }: Repository, actor: Actor): Ruleset[] {
  return rulesets.filter((ruleset) => ruleset.enforcement === "active" && !bypasses(ruleset, actor));
}

/**
 * The refs that a ruleset is about, as patterns of the shell.
 *
 * @param patterns of the ruleset's conditions: `~ALL`, `~DEFAULT_BRANCH`, or full names of refs with `*`
 */
export function refPatterns(
  { target }: Pick<Ruleset, "target">,
  patterns: readonly string[],
  { defaultBranch }: Pick<Repository, "defaultBranch">,
): string[] {
  return patterns.map((pattern) => {
    if (pattern === "~ALL") return target === "branch" ? "refs/heads/*" : "refs/tags/*";
    if (pattern === "~DEFAULT_BRANCH") return `refs/heads/${defaultBranch}`;
    return pattern.replaceAll("**", "*").replaceAll(/[\\[\]]/g, "\\$&");
  });
}

/** Commits whose required checks have all succeeded; the newest status of a check counts. */
export function passing(
  { statuses }: Repository,
  { required_status_checks: checks }: StatusChecks,
): string[] {
  const shas = [...new Set(statuses.map(({ sha }) => sha))];
  return shas.filter((sha) =>
    checks.every(
      ({ context }) =>
        statuses.findLast((status) => status.sha === sha && status.context === context)?.state === "success",
    ),
  );
}

/** A rule that is broken, in GitHub's words for people. */
export function words(rule: Rule): string {
  switch (rule.type) {
    case "creation":
      return "Cannot create ref due to creations being restricted.";
    case "deletion":
      return "Cannot delete this branch";
    case "non_fast_forward":
      return "Cannot force-push to this branch";
    case "pull_request":
      return "Changes must be made through a pull request.";
    case "required_status_checks": {
      const checks = rule.parameters.required_status_checks;
      const [first] = checks;
      return checks.length === 1
        ? `Required status check "${first?.context ?? ""}" is expected.`
        : `${checks.length} of ${checks.length} required status checks are expected.`;
    }
  }
}

/**
 * What somebody's change of a ref by the API breaks, in words; `hooks/pre-receive` says the same of a push.
 *
 * @param change.forced whether the ref's new object does not follow from the old one
 */
export function brokenRules(
  repository: Repository,
  actor: Actor,
  change: RefChange & { readonly forced: boolean },
): string[] {
  const { name, before, after, forced } = change;
  const fits = (ruleset: Ruleset, patterns: readonly string[]) =>
    refPatterns(ruleset, patterns, repository).some((pattern) => matchesGlob(name, pattern));
  const broken = (rule: Rule): boolean => {
    switch (rule.type) {
      case "creation":
        return before === noObject;
      case "deletion":
        return after === noObject;
      case "non_fast_forward":
        return forced;
      case "pull_request":
        return after !== noObject;
      case "required_status_checks":
        return after !== noObject && !passing(repository, rule.parameters).includes(after);
    }
  };
  return rulesetsFor(repository, actor)
    .filter((ruleset) => fits(ruleset, ruleset.include) && !fits(ruleset, ruleset.exclude))
    .flatMap(({ rules }) => rules.filter(broken).map(words));
}

/** Whether a name is of a pattern of the shell, in which `*` is anything and `?` one character. */
function matchesGlob(name: string, pattern: string): boolean {
  const expression = pattern.replaceAll(/\\?[.*+?^${}()|[\]\\]/g, (it) => {
    if (it === "*") return ".*";
    if (it === "?") return ".";
    return `\\${it.at(-1) ?? ""}`;
  });
  return new RegExp(`^${expression}$`).test(name);
}
