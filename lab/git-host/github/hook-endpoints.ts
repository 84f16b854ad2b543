import { z } from "zod";
import type { Webhook } from "../store.ts";
import type { WebhookSettings } from "../webhooks.ts";
import {
  type Answer,
  type RepositoryCall,
  type RepositoryEndpoint,
  created,
  noContent,
  ok,
} from "./endpoint.ts";
import { notFound, validationFailed } from "./github-error.ts";
import { pingEvent } from "./hook-events.ts";
import { paginate } from "./pagination.ts";
import { readBody } from "./request-body.ts";

const config = z.object({
  url: z.string().optional(),
  content_type: z.enum(["json", "form"]).optional(),
  secret: z.string().nullish(),
  insecure_ssl: z.union([z.string(), z.number()]).optional(),
});
const hookBody = z.object({
  name: z.string().optional(),
  config: config.optional(),
  events: z.array(z.string()).optional(),
  active: z.boolean().optional(),
});

/** The webhooks of a repository. */
export const hookEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "/hooks",
    docs: "repos/webhooks#list-repository-webhooks",
    access: "administrators",
    run: (call) => {
      const page = paginate(call, call.repository.webhooks);
      return ok(
        page.items.map((hook) => showHook(call, hook)),
        page.headers,
      );
    },
  },
  {
    method: "POST",
    below: "/hooks",
    docs: "repos/webhooks#create-a-repository-webhook",
    access: "administrators",
    run: createHook,
  },
  {
    method: "GET",
    below: "/hooks/:hook_id",
    docs: "repos/webhooks#get-a-repository-webhook",
    access: "administrators",
    run: (call) => ok(showHook(call, findHook(call))),
  },
  {
    method: "PATCH",
    below: "/hooks/:hook_id",
    docs: "repos/webhooks#update-a-repository-webhook",
    access: "administrators",
    run: async (call) => {
      const hook = findHook(call);
      await call.webhooks.change(hook, readSettings(call.body, hook));
      return ok(showHook(call, hook));
    },
  },
  {
    method: "DELETE",
    below: "/hooks/:hook_id",
    docs: "repos/webhooks#delete-a-repository-webhook",
    access: "administrators",
    run: async (call) => {
      await call.webhooks.remove(call.repository, findHook(call));
      return noContent;
    },
  },
  {
    method: "POST",
    below: "/hooks/:hook_id/pings",
    docs: "repos/webhooks#ping-a-repository-webhook",
    access: "administrators",
    run: (call) => {
      const hook = findHook(call);
      call.webhooks.tell([hook], "ping", pingEvent(call, showHook(call, hook), hook));
      return noContent;
    },
  },
];

async function createHook(call: RepositoryCall): Promise<Answer> {
  const settings = readSettings(call.body, undefined);
  if (
    call.repository.webhooks.some(
      (hook) => hook.url === settings.url && sameEvents(hook.events, settings.events),
    )
  ) {
    throw validationFailed("Hook", "base", "Hook already exists on this repository");
  }
  const hook = await call.webhooks.add(call.repository, settings);
  call.webhooks.tell([hook], "ping", pingEvent(call, showHook(call, hook), hook));
  return created(showHook(call, hook), hookUrl(call, hook));
}

function readSettings(body: unknown, before: Webhook | undefined): WebhookSettings {
  const fields = readBody(hookBody, body);
  const url = fields.config?.url ?? before?.url ?? "";
  if (url === "") throw validationFailed("Hook", "url", "url cannot be blank");
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw validationFailed("Hook", "url", "url is missing a scheme, or is not supported");
  }
  // A configuration replaces the former one, and so the secret, as a whole.
  const kept = fields.config === undefined ? before : undefined;
  const secret = fields.config?.secret ?? kept?.secret;
  return {
    events: fields.events ?? before?.events ?? ["push"],
    active: fields.active ?? before?.active ?? true,
    url,
    contentType: fields.config?.content_type ?? kept?.contentType ?? "form",
    insecureSsl: String(fields.config?.insecure_ssl ?? kept?.insecureSsl ?? "0") === "1" ? "1" : "0",
    secret: secret === "" ? undefined : (secret ?? undefined),
  };
}

function findHook({ params, repository }: RepositoryCall): Webhook {
  const hook = repository.webhooks.find((candidate) => String(candidate.id) === params["hook_id"]);
  if (hook === undefined) throw notFound();
  return hook;
}

function sameEvents(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((event) => b.includes(event));
}

function showHook(call: RepositoryCall, hook: Webhook): object {
  const url = hookUrl(call, hook);
  return {
    type: "Repository",
    id: hook.id,
    name: "web",
    active: hook.active,
    events: hook.events,
    config: {
      content_type: hook.contentType,
      insecure_ssl: hook.insecureSsl,
      url: hook.url,
      ...(hook.secret !== undefined && { secret: "********" }),
    },
    updated_at: hook.updatedAt,
    created_at: hook.createdAt,
    url,
    test_url: `${url}/test`,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    last_response: hook.lastResponse,
  };
}

function hookUrl({ repository, urls }: RepositoryCall, hook: Webhook): string {
  return `${urls.repository(repository)}/hooks/${hook.id}`;
}
