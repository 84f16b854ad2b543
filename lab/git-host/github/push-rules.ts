/** Rules for a push, which git's own hook `pre-receive` enforces: see `hooks/pre-receive`. */
import { join } from "node:path";
import type { Repository } from "../store.ts";
import { type Actor, type Rule, passing, refPatterns, rulesetsFor, words } from "./rulesets.ts";

const hooks = join(import.meta.dirname, "hooks");

/**
 * The environment in which git runs a push: the rules that hold for whoever pushes. Nothing where there are none.
 * https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets
 */
export function pushRules(repository: Repository, actor: Actor): Record<string, string> {
  const lines = rulesetsFor(repository, actor).flatMap((ruleset) => {
    const [include, exclude] = [ruleset.include, ruleset.exclude].map((patterns) =>
      refPatterns(ruleset, patterns, repository),
    );
    return ruleset.rules.flatMap((rule) =>
      (include ?? []).map((pattern) =>
        [pattern, exclude?.join(" ") ?? "", rule.type, excepted(repository, rule), words(rule)]
          .map((field) => (field === "" ? "-" : field))
          .join("\t"),
      ),
    );
  });
  if (lines.length === 0) return {};
  return {
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
    GIT_CONFIG_KEY_1: "core.hooksPath",
    GIT_CONFIG_VALUE_1: hooks,
    PUSH_RULES: lines.join("\n"),
    PUSH_RULES_PAGE: `/${repository.owner}/${repository.name}/rules`,
  };
}

/** Commits that a rule lets through. */
function excepted(repository: Repository, rule: Rule): string {
  return rule.type === "required_status_checks" ? passing(repository, rule.parameters).join(" ") : "";
}
