import type { ProjectSchema, SimpleProjectSchema } from "@gitbeaker/rest";
import { listRefs } from "../git-refs.ts";
import type { Call } from "./endpoint.ts";
import { showNamespace } from "./namespace-view.ts";
import { showSettings } from "./project-settings.ts";
import type { ProjectAndRepository } from "./projects.ts";
import type { Shown } from "./shown.ts";
import { accessLevels } from "./state.ts";
import { shownTime } from "./time.ts";
import { roleIn } from "./caller.ts";
import { showUser } from "./user-view.ts";

/** A project as lists show it with `simple`. */
export function simpleProject(call: Call, { project, repository }: ProjectAndRepository) {
  const { namespaces, urls } = call;
  const path = `${repository.owner}/${repository.name}`;
  const namespace = namespaces.find(repository.owner);
  if (namespace === undefined) throw new Error(`Project ${path} is in no namespace.`);
  const ownerName = namespace.kind === "group" ? namespaces.fullName(namespace.group) : namespace.user.name;
  return {
    id: project.id,
    description: repository.description,
    name: project.name,
    name_with_namespace: `${ownerName} / ${project.name}`,
    path: repository.name,
    path_with_namespace: path,
    created_at: shownTime(repository.createdAt),
    default_branch: repository.defaultBranch,
    tag_list: repository.topics,
    topics: repository.topics,
    ssh_url_to_repo: urls.ssh(path),
    http_url_to_repo: urls.clone(path),
    web_url: urls.web(`/${path}`),
    readme_url: null,
    forks_count: 0,
    avatar_url: null,
    star_count: 0,
    last_activity_at: shownTime(repository.pushedAt),
    visibility: repository.visibility,
    namespace: showNamespace(call, namespace),
  } satisfies Shown<SimpleProjectSchema>;
}

/** A project with everything that its administrators see; others see less of it. */
export async function fullProject(call: Call, it: ProjectAndRepository) {
  const { project, repository } = it;
  const { caller, namespaces, repositories, state, urls } = call;
  const administers = roleIn(repository, caller?.user) >= accessLevels.maintainer;
  const api = urls.api(`/projects/${project.id}`);
  const refs = await listRefs(repositories.path(repository), "refs/heads");
  const owner = state.users.find((user) => user.username === repository.owner);
  const settings = showSettings(repository);
  const shown = {
    ...simpleProject(call, it),
    repository_storage: "default",
    _links: {
      self: api,
      issues: `${api}/issues`,
      merge_requests: `${api}/merge_requests`,
      repo_branches: `${api}/repository/branches`,
      labels: `${api}/labels`,
      events: `${api}/events`,
      members: `${api}/members`,
      cluster_agents: `${api}/cluster_agents`,
    },
    marked_for_deletion_at: project.markedForDeletionOn,
    marked_for_deletion_on: project.markedForDeletionOn,
    empty_repo: refs.length === 0,
    archived: repository.archived,
    ...(owner && namespaces.group(repository.owner) === undefined && { owner: showUser(owner, urls) }),
    container_expiration_policy: null,
    repository_object_format: "sha1",
    service_desk_address: null,
    can_create_merge_request_in: caller !== undefined,
    creator_id: project.creatorId,
    import_url: null,
    import_type: null,
    import_status: "none",
    import_error: null,
    open_issues_count: 0,
    description_html: repository.description === null ? "" : `<p>${escapeHtml(repository.description)}</p>`,
    updated_at: shownTime(repository.updatedAt),
    ...settings,
    ci_id_token_sub_claim_components: ["project_path", "ref_type", "ref"],
    runners_token: null,
    runner_token_expiration_interval: null,
    public_jobs: repository.settings["public_jobs"] !== false,
    shared_with_groups: [],
  } satisfies Shown<ProjectSchema, AbsentFields>;
  return administers ? shown : withoutSettings(shown);
}

/** What GitLab lacks below Premium, or a request has to ask for. */
type AbsentFields =
  | "owner"
  | "permissions"
  | "license"
  | "license_url"
  | "merge_requests_template"
  | "mirror"
  | "mirror_user_id"
  | "mirror_trigger_builds"
  | "only_mirror_protected_branches"
  | "mirror_overwrites_diverged_branches"
  | "external_authorization_classification_label"
  | "compliance_frameworks"
  | "ci_restrict_pipeline_cancellation_role"
  | "container_registry_image_prefix"
  // The client has these wrong: GitLab's name is printing_merge_request_link_enabled, and the role is a word.
  | "printing_merge_requests_link_enabled"
  | "ci_pipeline_variables_minimum_override_role";

/** Somebody's roles, as the answers for one project have them. */
export function permissions(call: Call, { repository }: ProjectAndRepository): object {
  const level = roleIn(repository, call.caller?.user);
  const access = level === 0 ? null : { access_level: level, notification_level: 3 };
  const member = call.caller?.user.bot !== undefined;
  return { permissions: { project_access: member ? access : null, group_access: member ? null : access } };
}

const forAdministrators = [
  "auto_cancel_pending_pipelines",
  "auto_devops_deploy_strategy",
  "auto_devops_enabled",
  "build_git_strategy",
  "build_timeout",
  "group_runners_enabled",
  "import_error",
  "import_type",
  "import_url",
  "keep_latest_artifact",
  "restrict_user_defined_variables",
  "runners_token",
  "runner_token_expiration_interval",
];

function withoutSettings(shown: object): object {
  return Object.fromEntries(
    Object.entries(shown).filter(
      ([name]) => !forAdministrators.includes(name) && (!name.startsWith("ci_") || name === "ci_config_path"),
    ),
  );
}

function escapeHtml(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
