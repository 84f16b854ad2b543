import type { DeployKeySchema } from "@gitbeaker/rest";
import { z } from "zod";
import { canPush, fingerprints } from "./deploy-keys.ts";
import { type ProjectCall, type ProjectEndpoint, callerOf, created, noContent, ok } from "./endpoint.ts";
import { notFound } from "./gitlab-error.ts";
import { paginate } from "./pagination.ts";
import { flag, readParameters, text, time } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import { type GitLabDeployKey, accessLevels } from "./state.ts";

const role = accessLevels.maintainer;

const creation = z.object({
  title: text,
  key: text,
  can_push: flag.optional(),
  expires_at: time.optional(),
});
const change = z.object({ title: text.optional(), can_push: flag.optional() });

/** The deploy keys of a project: https://docs.gitlab.com/api/deploy_keys/ */
export const deployKeyEndpoints: readonly ProjectEndpoint[] = [
  {
    method: "GET",
    below: "/deploy_keys",
    role,
    run: (call) => {
      const page = paginate(call, call.deployKeys.of(call.project));
      return ok(
        page.items.map((key) => showKey(call, key)),
        page.headers,
      );
    },
  },
  {
    method: "POST",
    below: "/deploy_keys",
    role,
    run: async (call) => {
      const wanted = readParameters(creation, call);
      const key = await call.deployKeys.add(call.project, {
        line: wanted.key,
        title: wanted.title,
        canPush: wanted.can_push ?? false,
        expiresAt: wanted.expires_at ?? null,
        userId: callerOf(call).user.id,
      });
      return created(showKey(call, key));
    },
  },
  {
    method: "GET",
    below: "/deploy_keys/:key_id",
    role,
    run: (call) => ok(showKey(call, findKey(call))),
  },
  {
    method: "PUT",
    below: "/deploy_keys/:key_id",
    role,
    run: async (call) => {
      const wanted = readParameters(change, call);
      const key = findKey(call);
      await call.deployKeys.change(call.project, key, wanted);
      return ok(showKey(call, key));
    },
  },
  {
    method: "DELETE",
    below: "/deploy_keys/:key_id",
    role,
    run: async (call) => {
      await call.deployKeys.remove(call.project, findKey(call, "Deploy key"));
      return noContent;
    },
  },
  {
    method: "POST",
    below: "/deploy_keys/:key_id/enable",
    role,
    run: async (call) => {
      const key = call.deployKeys.byId(Number(call.params["key_id"]));
      if (key === undefined) throw notFound("Deploy key");
      await call.deployKeys.enable(call.project, key);
      return created({ ...showKey(call, key), can_push: undefined });
    },
  },
];

function findKey(call: ProjectCall, what?: string): GitLabDeployKey {
  const key = call.deployKeys.byId(Number(call.params["key_id"]));
  if (key === undefined || canPush(key, call.project) === undefined) throw notFound(what);
  return key;
}

function showKey({ project }: Pick<ProjectCall, "project">, key: GitLabDeployKey) {
  return {
    id: key.id,
    title: key.title,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    last_used_at: key.lastUsedAt,
    key: key.line,
    usage_type: "auth_and_signing",
    ...fingerprints(key.key),
    can_push: canPush(key, project) ?? false,
  } satisfies Shown<DeployKeySchema>;
}
