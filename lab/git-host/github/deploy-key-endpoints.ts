import { z } from "zod";
import { Problem } from "../problem.ts";
import type { DeployKey } from "../store.ts";
import { settingsOf } from "./account-settings.ts";
import {
  type Answer,
  type RepositoryCall,
  type RepositoryEndpoint,
  created,
  noContent,
  ok,
} from "./endpoint.ts";
import { GitHubError, notFound, validationFailed } from "./github-error.ts";
import { paginate } from "./pagination.ts";
import { readBody } from "./request-body.ts";

const keyBody = z.object({
  key: z.string(),
  title: z.string().optional(),
  read_only: z.boolean().optional(),
});

/** The deploy keys of a repository. */
export const deployKeyEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "/keys",
    docs: "deploy-keys/deploy-keys#list-deploy-keys",
    access: "administrators",
    run: (call) => {
      const page = paginate(call, call.deployKeys.list(call.repository));
      return ok(
        page.items.map((key) => showKey(call, key)),
        page.headers,
      );
    },
  },
  {
    method: "POST",
    below: "/keys",
    docs: "deploy-keys/deploy-keys#create-a-deploy-key",
    access: "administrators",
    run: addKey,
  },
  {
    method: "GET",
    below: "/keys/:key_id",
    docs: "deploy-keys/deploy-keys#get-a-deploy-key",
    access: "administrators",
    run: (call) => ok(showKey(call, findKey(call))),
  },
  {
    method: "DELETE",
    below: "/keys/:key_id",
    docs: "deploy-keys/deploy-keys#delete-a-deploy-key",
    access: "administrators",
    run: async (call) => {
      await call.deployKeys.remove(findKey(call));
      return noContent;
    },
  },
];

async function addKey(call: RepositoryCall): Promise<Answer> {
  const { key, title, read_only: readOnly } = readBody(keyBody, call.body);
  if (!settingsOf(call.store, call.repository.owner).deployKeys) {
    throw new GitHubError(422, "Validation Failed", [
      { resource: "PublicKey", code: "custom", message: "Deploy keys are disabled for this repository" },
    ]);
  }
  try {
    const added = await call.deployKeys.add(call.repository, key, title, readOnly ?? false);
    return created(showKey(call, added), keyUrl(call, added));
  } catch (error) {
    if (error instanceof Problem) throw validationFailed("PublicKey", "key", error.message);
    throw error;
  }
}

function findKey({ deployKeys, params, repository }: RepositoryCall): DeployKey {
  const key = deployKeys.find(repository, Number(params["key_id"]));
  if (key === undefined) throw notFound();
  return key;
}

function showKey(call: RepositoryCall, key: DeployKey): object {
  return {
    id: key.id,
    key: key.key,
    url: keyUrl(call, key),
    title: key.title,
    verified: true,
    created_at: key.createdAt,
    read_only: key.readOnly,
    added_by: call.accounts.administrator.login,
    last_used: key.lastUsed,
    enabled: true,
  };
}

function keyUrl({ repository, urls }: RepositoryCall, key: DeployKey): string {
  return `${urls.repository(repository)}/keys/${key.id}`;
}
