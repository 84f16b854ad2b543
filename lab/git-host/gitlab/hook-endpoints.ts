import type { ProjectHookSchema } from "@gitbeaker/rest";
import { z } from "zod";
import { type ProjectCall, type ProjectEndpoint, created, noContent, ok } from "./endpoint.ts";
import { GitLabError, notFound, refused } from "./gitlab-error.ts";
import { pushEvent } from "./hook-events.ts";
import { paginate } from "./pagination.ts";
import { flag, readParameters, text } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import { type ProjectHook, accessLevels } from "./state.ts";
import { now } from "./time.ts";

const role = accessLevels.maintainer;

/** The events of a project, and whether a new webhook wants to know of them. */
const events = {
  push_events: true,
  tag_push_events: false,
  merge_requests_events: false,
  repository_update_events: false,
  issues_events: false,
  confidential_issues_events: false,
  note_events: false,
  confidential_note_events: false,
  pipeline_events: false,
  wiki_page_events: false,
  deployment_events: false,
  feature_flag_events: false,
  job_events: false,
  releases_events: false,
  milestone_events: false,
  emoji_events: false,
  resource_access_token_events: false,
} as const satisfies Record<string, boolean>;

type Events = Record<keyof typeof events, boolean>;

const eventNames = Object.keys(events) as (keyof Events)[];

const common = {
  ...(Object.fromEntries(eventNames.map((name) => [name, flag.optional()])) as Record<
    keyof Events,
    z.ZodOptional<typeof flag>
  >),
  name: text.nullish(),
  description: text.nullish(),
  token: text.nullish(),
  push_events_branch_filter: text.optional(),
  branch_filter_strategy: z.enum(["wildcard", "regex", "all_branches"]).optional(),
  enable_ssl_verification: flag.optional(),
  custom_webhook_template: text.nullish(),
  custom_headers: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
};
const creation = z.object({ url: text, ...common });
const change = z.object({ url: text.optional(), ...common });

/** The webhooks of a project: https://docs.gitlab.com/api/project_webhooks/ */
export const hookEndpoints: readonly ProjectEndpoint[] = [
  {
    method: "GET",
    below: "/hooks",
    role,
    run: (call) => {
      const page = paginate(call, call.project.hooks);
      return ok(
        page.items.map((hook) => showHook(call, hook)),
        page.headers,
      );
    },
  },
  {
    method: "POST",
    below: "/hooks",
    role,
    run: async (call) => {
      const wanted = readParameters(creation, call);
      const hook = settle({ id: call.store.newId(), createdAt: now(), ...blank }, wanted);
      call.project.hooks.push(hook);
      await call.store.save();
      return created(showHook(call, hook));
    },
  },
  { method: "GET", below: "/hooks/:hook_id", role, run: (call) => ok(showHook(call, findHook(call))) },
  {
    method: "PUT",
    below: "/hooks/:hook_id",
    role,
    run: async (call) => {
      const wanted = readParameters(change, call);
      const hook = findHook(call);
      Object.assign(hook, settle(hook, wanted));
      await call.store.save();
      return ok(showHook(call, hook));
    },
  },
  {
    method: "DELETE",
    below: "/hooks/:hook_id",
    role,
    run: async (call) => {
      const hook = findHook(call);
      call.project.hooks = call.project.hooks.filter((it) => it !== hook);
      await call.store.save();
      return noContent;
    },
  },
  {
    method: "POST",
    below: "/hooks/:hook_id/test/push_events",
    role,
    run: async (call) => {
      const hook = findHook(call);
      const event = await pushEvent(call, call.repository, undefined);
      if (event === undefined) throw refused(422, "Ensure the project has at least one commit.");
      const { status, reason } = await call.webhooks.tell(hook, "Push Hook", event);
      if (status === undefined || status >= 400) throw refused(422, reason);
      return created({ message: "201 Created" });
    },
  },
];

const blank: Omit<ProjectHook, "id" | "createdAt"> = {
  url: "",
  name: null,
  description: null,
  token: undefined,
  pushEventsBranchFilter: "",
  branchFilterStrategy: "wildcard",
  enableSslVerification: true,
  customWebhookTemplate: null,
  customHeaders: [],
  events,
};

/** @throws GitLabError 422 for an address that is none */
function settle(hook: ProjectHook, wanted: z.output<typeof change>): ProjectHook {
  const url = wanted.url ?? hook.url;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new GitLabError(422, { error: "Invalid url given" });
  const token = wanted.token === undefined ? hook.token : (wanted.token ?? "");
  return {
    ...hook,
    url,
    name: wanted.name === undefined ? hook.name : wanted.name,
    description: wanted.description === undefined ? hook.description : wanted.description,
    token: token === "" ? undefined : token,
    pushEventsBranchFilter: wanted.push_events_branch_filter ?? hook.pushEventsBranchFilter,
    branchFilterStrategy: wanted.branch_filter_strategy ?? hook.branchFilterStrategy,
    enableSslVerification: wanted.enable_ssl_verification ?? hook.enableSslVerification,
    customWebhookTemplate:
      wanted.custom_webhook_template === undefined
        ? hook.customWebhookTemplate
        : wanted.custom_webhook_template,
    customHeaders: wanted.custom_headers ?? hook.customHeaders,
    events: Object.fromEntries(
      eventNames.map((name) => [name, wanted[name] ?? hook.events[name] ?? events[name]]),
    ),
  };
}

function findHook({ params, project }: ProjectCall): ProjectHook {
  const hook = project.hooks.find(({ id }) => String(id) === params["hook_id"]);
  if (hook === undefined) throw notFound();
  return hook;
}

function showHook({ project }: ProjectCall, hook: ProjectHook) {
  return {
    id: hook.id,
    url: hook.url,
    name: hook.name,
    description: hook.description,
    created_at: hook.createdAt,
    project_id: project.id,
    ...(hook.events as Events),
    push_events_branch_filter: hook.pushEventsBranchFilter,
    branch_filter_strategy: hook.branchFilterStrategy,
    enable_ssl_verification: hook.enableSslVerification,
    alert_status: "executable",
    disabled_until: null,
    url_variables: [],
    custom_webhook_template: hook.customWebhookTemplate,
    custom_headers: hook.customHeaders.map(({ key }) => ({ key })),
    // The client calls it projectId.
  } satisfies Shown<ProjectHookSchema, "projectId">;
}
