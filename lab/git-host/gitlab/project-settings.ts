/** The switches of a project, with what a new one has below GitLab Premium. */
import { z } from "zod";
import type { Repository } from "../store.ts";
import { flag, integer, text } from "./parameters.ts";

const switches = {
  allow_merge_on_skipped_pipeline: false,
  autoclose_referenced_issues: true,
  auto_devops_enabled: true,
  ci_allow_fork_pipelines_to_run_in_parent_project: true,
  ci_forward_deployment_enabled: true,
  ci_forward_deployment_rollback_allowed: true,
  ci_job_token_scope_enabled: false,
  ci_push_repository_for_job_token_allowed: false,
  ci_separated_caches: true,
  emails_enabled: true,
  enforce_auth_checks_on_uploads: true,
  group_runners_enabled: true,
  keep_latest_artifact: true,
  lfs_enabled: true,
  only_allow_merge_if_all_discussions_are_resolved: false,
  only_allow_merge_if_pipeline_succeeds: false,
  packages_enabled: true,
  printing_merge_request_link_enabled: true,
  remove_source_branch_after_merge: true,
  request_access_enabled: true,
  resolve_outdated_diff_discussions: false,
  restrict_user_defined_variables: true,
  service_desk_enabled: false,
  shared_runners_enabled: true,
  warn_about_potentially_unwanted_characters: true,
} as const satisfies Record<string, boolean>;

const numbers = { build_timeout: 3600, ci_default_git_depth: 20 } as const;

const optionalNumbers = { ci_delete_pipelines_in_seconds: null, max_artifacts_size: null } as const;

/** Settings with a few possible values, the usual one first. */
const choices = {
  auto_cancel_pending_pipelines: z.enum(["enabled", "disabled"]),
  auto_devops_deploy_strategy: z.enum(["continuous", "manual", "timed_incremental"]),
  build_git_strategy: z.enum(["fetch", "clone"]),
  ci_pipeline_variables_minimum_override_role: z.enum(["developer", "owner", "maintainer", "no_one_allowed"]),
  merge_method: z.enum(["merge", "rebase_merge", "ff"]),
  squash_option: z.enum(["default_off", "never", "always", "default_on"]),
};

/** Text that a project may have; none at first. */
const texts = [
  "ci_config_path",
  "issue_branch_template",
  "issues_template",
  "merge_commit_template",
  "squash_commit_template",
  "suggestion_commit_message",
] as const;

/** Parts of a project, with who may use them at first. */
const features = {
  issues: "enabled",
  repository: "enabled",
  merge_requests: "enabled",
  forking: "enabled",
  wiki: "enabled",
  builds: "enabled",
  snippets: "enabled",
  pages: "private",
  analytics: "enabled",
  container_registry: "enabled",
  security_and_compliance: "private",
  releases: "enabled",
  environments: "enabled",
  feature_flags: "enabled",
  infrastructure: "enabled",
  monitor: "enabled",
  model_experiments: "enabled",
  model_registry: "enabled",
} as const;

type Feature = keyof typeof features;

/** Older names of parts that are switched on or off as a whole. */
const featureSwitches = {
  issues_enabled: "issues",
  merge_requests_enabled: "merge_requests",
  wiki_enabled: "wiki",
  jobs_enabled: "builds",
  snippets_enabled: "snippets",
  container_registry_enabled: "container_registry",
} as const satisfies Record<string, Feature>;

const accessLevel = z.enum(["disabled", "private", "enabled", "public"]);

type Shape<Names extends string, Schema extends z.ZodType> = Record<Names, z.ZodOptional<Schema>>;

function shapeOf<Names extends string, Schema extends z.ZodType>(
  names: readonly Names[],
  schema: Schema,
): Shape<Names, Schema> {
  return Object.fromEntries(names.map((name) => [name, schema.optional()])) as Shape<Names, Schema>;
}

function keys<T extends object>(object: T): (keyof T & string)[] {
  return Object.keys(object) as (keyof T & string)[];
}

/** The settings that a request may name. */
export const settingParameters = {
  ...shapeOf(keys(switches), flag),
  ...shapeOf(keys(featureSwitches), flag),
  ...shapeOf(keys(numbers), integer),
  ...shapeOf(keys(optionalNumbers), integer.nullable()),
  ...shapeOf(texts, text.nullable()),
  ...shapeOf(
    keys(features).map((name) => `${name}_access_level` as const),
    accessLevel,
  ),
  auto_cancel_pending_pipelines: choices.auto_cancel_pending_pipelines.optional(),
  auto_devops_deploy_strategy: choices.auto_devops_deploy_strategy.optional(),
  build_git_strategy: choices.build_git_strategy.optional(),
  ci_pipeline_variables_minimum_override_role: choices.ci_pipeline_variables_minimum_override_role.optional(),
  merge_method: choices.merge_method.optional(),
  squash_option: choices.squash_option.optional(),
};

/** Parameters of those names. */
type SettingFields = z.output<z.ZodObject<typeof settingParameters>>;

/** The settings after a request, of those that were there before it. */
export function changeSettings(
  fields: SettingFields,
  before: Repository["settings"],
): Repository["settings"] {
  const settings = { ...before };
  for (const name of keys(settingParameters)) {
    const value = fields[name];
    if (value === undefined) continue;
    if (name in featureSwitches) {
      const feature = featureSwitches[name as keyof typeof featureSwitches];
      settings[`${feature}_access_level`] = value === true ? "enabled" : "disabled";
    } else {
      settings[name] = value;
    }
  }
  return settings;
}

/** All settings, as a project shows them. */
export function showSettings({ settings }: Repository) {
  const shown = <T extends object>(defaults: T): T =>
    Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, settings[name] ?? value])) as T;
  const level = (feature: Feature): string =>
    String(settings[`${feature}_access_level`] ?? features[feature]);
  const emails = settings["emails_enabled"] !== false;
  return {
    ...shown<{ [K in keyof typeof switches]: boolean }>(switches),
    ...shown<{ [K in keyof typeof numbers]: number }>(numbers),
    ...shown<{ [K in keyof typeof optionalNumbers]: number | null }>(optionalNumbers),
    ...shown(
      Object.fromEntries(keys(choices).map((name) => [name, choices[name].options[0]])) as Record<
        keyof typeof choices,
        string
      >,
    ),
    ...shown(
      Object.fromEntries(texts.map((name) => [name, null])) as Record<(typeof texts)[number], string | null>,
    ),
    ...(Object.fromEntries(keys(features).map((name) => [`${name}_access_level`, level(name)])) as Record<
      `${Feature}_access_level`,
      string
    >),
    ...(Object.fromEntries(
      keys(featureSwitches).map((name) => [name, level(featureSwitches[name]) !== "disabled"]),
    ) as Record<keyof typeof featureSwitches, boolean>),
    emails_disabled: !emails,
  };
}
