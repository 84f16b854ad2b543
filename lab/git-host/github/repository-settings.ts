/** The switches of a repository that GitHub knows: what they are before anybody sets them, and what sets them. */
import { z } from "zod";
import type { Repository } from "../store.ts";
import { GitHubError, validationFailed } from "./github-error.ts";

/** Switches by GitHub's names, at their defaults: https://docs.github.com/rest/repos/repos#create-an-organization-repository */
const defaults = {
  has_issues: true,
  has_projects: true,
  has_wiki: true,
  has_downloads: true,
  has_discussions: false,
  is_template: false,
  allow_squash_merge: true,
  allow_merge_commit: true,
  allow_rebase_merge: true,
  allow_auto_merge: false,
  allow_update_branch: false,
  delete_branch_on_merge: false,
  use_squash_pr_title_as_default: false,
  web_commit_signoff_required: false,
} as const;

/** Choices by GitHub's names, at their defaults. */
const choices = {
  squash_merge_commit_title: "COMMIT_OR_PR_TITLE",
  squash_merge_commit_message: "COMMIT_MESSAGES",
  merge_commit_title: "MERGE_MESSAGE",
  merge_commit_message: "PR_TITLE",
} as const;

const flag = z.boolean().optional();

/** A template that would put files into the repository: there are none here, and "" is what clients send for none. */
const noTemplate = z.string().optional();

const status = z.object({ status: z.enum(["enabled", "disabled"]) }).optional();

/** Features of `security_and_analysis` that are kept and shown. */
const securityFeatures = [
  "advanced_security",
  "secret_scanning",
  "secret_scanning_push_protection",
  "dependabot_security_updates",
  "secret_scanning_non_provider_patterns",
] as const;

/** What both creating and changing a repository take. */
export const commonFields = {
  description: z.string().nullish(),
  homepage: z.string().nullish(),
  private: z.boolean().optional(),
  visibility: z.enum(["public", "private", "internal"]).optional(),
  has_issues: flag,
  has_projects: flag,
  has_wiki: flag,
  has_downloads: flag,
  has_discussions: flag,
  is_template: flag,
  allow_squash_merge: flag,
  allow_merge_commit: flag,
  allow_rebase_merge: flag,
  allow_auto_merge: flag,
  allow_update_branch: flag,
  allow_forking: flag,
  delete_branch_on_merge: flag,
  use_squash_pr_title_as_default: flag,
  web_commit_signoff_required: flag,
  squash_merge_commit_title: z.enum(["PR_TITLE", "COMMIT_OR_PR_TITLE"]).optional(),
  squash_merge_commit_message: z.enum(["PR_BODY", "COMMIT_MESSAGES", "BLANK"]).optional(),
  merge_commit_title: z.enum(["PR_TITLE", "MERGE_MESSAGE"]).optional(),
  merge_commit_message: z.enum(["PR_BODY", "PR_TITLE", "BLANK"]).optional(),
  gitignore_template: noTemplate,
  license_template: noTemplate,
  security_and_analysis: z
    .object({
      advanced_security: status,
      secret_scanning: status,
      secret_scanning_push_protection: status,
      dependabot_security_updates: status,
      secret_scanning_non_provider_patterns: status,
    })
    .nullish(),
};

/** A request's fields that both creating and changing take. */
export type CommonFields = z.output<z.ZodObject<typeof commonFields>>;

/**
 * The switches that a request sets, as the store keeps them.
 *
 * @param before the switches so far
 * @throws {GitHubError} 422 when they do not go together
 */
export function readSettings(fields: CommonFields, before: Repository["settings"]): Repository["settings"] {
  const settings = { ...before };
  for (const key of [...Object.keys(defaults), ...Object.keys(choices), "allow_forking"]) {
    const value = fields[key as keyof CommonFields];
    if (typeof value === "boolean" || typeof value === "string") settings[key] = value;
  }
  for (const feature of securityFeatures) {
    const wanted = fields.security_and_analysis?.[feature]?.status;
    if (wanted !== undefined) settings[feature] = wanted;
  }
  const merges = ["allow_squash_merge", "allow_merge_commit", "allow_rebase_merge"] as const;
  if (merges.every((key) => (settings[key] ?? defaults[key]) === false)) {
    const text = "Sorry, you need to allow at least one merge strategy. (no_merge_method)";
    throw validationFailed("Repository", "merge_commit_allowed", text);
  }
  for (const key of ["gitignore_template", "license_template"] as const) {
    if ((fields[key] ?? "") !== "")
      throw new GitHubError(422, `The lab's Git host has no templates: leave out ${key}.`);
  }
  return settings;
}

/** All switches of a repository, as GitHub shows them. */
export function showSettings(repository: Repository): Record<string, boolean | string> {
  const { settings } = repository;
  const shown = Object.entries({ ...defaults, ...choices }).map(([key, value]) => [
    key,
    settings[key] ?? value,
  ]);
  const allowForking = repository.visibility === "public" || (settings["allow_forking"] ?? false);
  return Object.fromEntries([...shown, ["allow_forking", allowForking]]) as Record<string, boolean | string>;
}

/** `security_and_analysis` of a repository. */
export function showSecurity({ settings }: Repository): object {
  const dependabot = settings["automated_security_fixes"] === true ? "enabled" : "disabled";
  return Object.fromEntries(
    securityFeatures
      // Of advanced security GitHub says something only where it is licensed.
      .filter((feature) => feature !== "advanced_security" || settings[feature] !== undefined)
      .map((feature) => [
        feature,
        {
          status: feature === "dependabot_security_updates" ? dependabot : (settings[feature] ?? "disabled"),
        },
      ]),
  );
}
