/** Variables and secrets of GitHub Actions. */
import { z } from "zod";
import { findCiValue, largestValue } from "../ci-values.ts";
import { Problem } from "../problem.ts";
import type { CiValue } from "../store.ts";
import {
  type Answer,
  type RepositoryCall,
  type RepositoryEndpoint,
  created,
  noContent,
  ok,
} from "./endpoint.ts";
import { GitHubError, notFound } from "./github-error.ts";
import { paginate } from "./pagination.ts";
import { readBody } from "./request-body.ts";

const variableBody = z.object({ name: z.string(), value: z.string() });
const variableChange = variableBody.partial();
const secretBody = z.object({ encrypted_value: z.string(), key_id: z.string() });

/** Base64 with its padding, as the API's description asks for. */
const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;

/** What workflows of a repository are given. */
export const actionsEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "/actions/variables",
    docs: "actions/variables#list-repository-variables",
    access: "administrators",
    run: (call) => {
      const page = paginate(call, call.repository.variables, 10, 30);
      const body = { total_count: call.repository.variables.length, variables: page.items.map(showVariable) };
      return ok(body, page.headers);
    },
  },
  {
    method: "POST",
    below: "/actions/variables",
    docs: "actions/variables#create-a-repository-variable",
    access: "administrators",
    run: createVariable,
  },
  {
    method: "GET",
    below: "/actions/variables/:name",
    docs: "actions/variables#get-a-repository-variable",
    access: "administrators",
    run: (call) => ok(showVariable(find(call, "variables", "name"))),
  },
  {
    method: "PATCH",
    below: "/actions/variables/:name",
    docs: "actions/variables#update-a-repository-variable",
    access: "administrators",
    run: changeVariable,
  },
  {
    method: "DELETE",
    below: "/actions/variables/:name",
    docs: "actions/variables#delete-a-repository-variable",
    access: "administrators",
    run: async (call) => {
      await call.ciValues.remove(call.repository, "variables", find(call, "variables", "name"));
      return noContent;
    },
  },
  {
    method: "GET",
    below: "/actions/secrets",
    docs: "actions/secrets#list-repository-secrets",
    access: "administrators",
    run: (call) => {
      const page = paginate(call, call.repository.secrets);
      const body = { total_count: call.repository.secrets.length, secrets: page.items.map(showSecret) };
      return ok(body, page.headers);
    },
  },
  {
    method: "GET",
    below: "/actions/secrets/public-key",
    docs: "actions/secrets#get-a-repository-public-key",
    access: "administrators",
    run: async ({ ciValues, repository }) => {
      const { id, publicKey } = await ciValues.sealingKey(repository);
      return ok({ key_id: id, key: publicKey });
    },
  },
  {
    method: "GET",
    below: "/actions/secrets/:secret_name",
    docs: "actions/secrets#get-a-repository-secret",
    access: "administrators",
    run: (call) => ok(showSecret(find(call, "secrets", "secret_name"))),
  },
  {
    method: "PUT",
    below: "/actions/secrets/:secret_name",
    docs: "actions/secrets#create-or-update-a-repository-secret",
    access: "administrators",
    run: putSecret,
  },
  {
    method: "DELETE",
    below: "/actions/secrets/:secret_name",
    docs: "actions/secrets#delete-a-repository-secret",
    access: "administrators",
    run: async (call) => {
      await call.ciValues.remove(call.repository, "secrets", find(call, "secrets", "secret_name"));
      return noContent;
    },
  },
];

async function createVariable({ body, ciValues, repository }: RepositoryCall): Promise<Answer> {
  const { name, value } = readBody(variableBody, body);
  checkName(name, "Variable");
  checkSize(value);
  if (findCiValue(repository.variables, name) !== undefined) {
    throw new GitHubError(409, "Already exists - Variable already exists");
  }
  await ciValues.set(repository, "variables", name, value);
  return created({});
}

async function changeVariable(call: RepositoryCall): Promise<Answer> {
  const { body, ciValues, repository } = call;
  const known = find(call, "variables", "name");
  const { name = known.name, value = known.value } = readBody(variableChange, body);
  checkName(name, "Variable");
  checkSize(value);
  if (name.toUpperCase() !== known.name) {
    if (findCiValue(repository.variables, name) !== undefined) {
      throw new GitHubError(409, "Already exists - Variable already exists");
    }
    await ciValues.remove(repository, "variables", known);
  }
  await ciValues.set(repository, "variables", name, value);
  return noContent;
}

async function putSecret({ body, ciValues, params, repository }: RepositoryCall): Promise<Answer> {
  const { encrypted_value: box, key_id: keyId } = readBody(secretBody, body);
  const name = params["secret_name"] ?? "";
  checkName(name, "Secret");
  if (!base64Pattern.test(box)) {
    throw new GitHubError(
      422,
      `Invalid request.\n\nFor 'properties/encrypted_value', the value is not valid base64.`,
    );
  }
  try {
    return (await ciValues.setSealed(repository, name, box, keyId)) ? created({}) : noContent;
  } catch (error) {
    if (error instanceof Problem) throw new GitHubError(422, error.message);
    throw error;
  }
}

function find(call: RepositoryCall, kind: "variables" | "secrets", parameter: string): CiValue {
  const value = findCiValue(call.repository[kind], call.params[parameter] ?? "");
  if (value === undefined) throw notFound();
  return value;
}

/** https://docs.github.com/actions/reference/security/secrets#naming-your-secrets */
function checkName(name: string, what: "Variable" | "Secret"): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new GitHubError(
      422,
      `${what} name can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). ` +
        "Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).",
    );
  }
  if (/^GITHUB_/i.test(name)) throw new GitHubError(422, `${what} name must not start with GITHUB_.`);
}

function checkSize(value: string): void {
  if (Buffer.byteLength(value) > largestValue)
    throw new GitHubError(422, "Variable value is too large (48 KB at most)");
}

function showVariable({ name, value, createdAt, updatedAt }: CiValue): object {
  return { name, value, created_at: createdAt, updated_at: updatedAt };
}

function showSecret({ name, createdAt, updatedAt }: CiValue): object {
  return { name, created_at: createdAt, updated_at: updatedAt };
}
