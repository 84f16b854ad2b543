/** Variables and secrets of GitHub Actions, whoever has them. */
import { z } from "zod";
import { findCiValue, largestValue } from "../ci-values.ts";
import { Problem } from "../problem.ts";
import type { CiHolder, CiValue } from "../store.ts";
import { type Answer, type Call, created, noContent, ok } from "./endpoint.ts";
import { GitHubError, notFound } from "./github-error.ts";
import { paginate } from "./pagination.ts";
import { readBody } from "./request-body.ts";

const variableBody = z.object({ name: z.string(), value: z.string() });
const variableChange = variableBody.partial();
const secretBody = z.object({ encrypted_value: z.string(), key_id: z.string() });

/** Base64 with its padding, as the API's description asks for. */
const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;

/** The kinds of values. */
export type ValueKind = "variables" | "secrets";

/** What differs from one kind of holder to another. */
export interface HolderKind<C extends Call> {
  /** As the addresses of the documentation call it: `a-repository`. */
  readonly article: "a" | "an";
  readonly noun: "repository" | "environment" | "organization";
  holder(call: C): CiHolder;
  /** What is shown of a value beside what every holder shows. */
  show?(call: C, kind: ValueKind, value: CiValue): object;
  /** What the body says beside name and value: told before anything is set, and once it is. */
  accept?(call: C, kind: ValueKind, name: string): () => void;
  /** Told when a value is gone. */
  forget?(call: C, kind: ValueKind, name: string): void;
}

/** One request about values. */
interface Operation<C extends Call> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Pattern of the path below that of the holder's values, such as `/variables/:name`. */
  readonly below: string;
  readonly docs: string;
  readonly run: (call: C) => Answer | Promise<Answer>;
}

/** The endpoints of one kind of holder: https://docs.github.com/rest/actions/variables, https://docs.github.com/rest/actions/secrets */
export function valueEndpoints<C extends Call>(kind: HolderKind<C>): readonly Operation<C>[] {
  const one = `${kind.article}-${kind.noun}`;
  const variable = (call: C): object => showVariable(kind, call, find(kind, call, "variables", "name"));
  const secret = (call: C): object => showSecret(kind, call, find(kind, call, "secrets", "secret_name"));
  return [
    {
      method: "GET",
      below: "/variables",
      docs: `actions/variables#list-${kind.noun}-variables`,
      run: (call) => {
        const { variables } = kind.holder(call);
        const page = paginate(call, variables, 10, 30);
        const items = page.items.map((value) => showVariable(kind, call, value));
        return ok({ total_count: variables.length, variables: items }, page.headers);
      },
    },
    {
      method: "POST",
      below: "/variables",
      docs: `actions/variables#create-${one}-variable`,
      run: (call) => createVariable(kind, call),
    },
    {
      method: "GET",
      below: "/variables/:name",
      docs: `actions/variables#get-${one}-variable`,
      run: (call) => ok(variable(call)),
    },
    {
      method: "PATCH",
      below: "/variables/:name",
      docs: `actions/variables#update-${one}-variable`,
      run: (call) => changeVariable(kind, call),
    },
    {
      method: "DELETE",
      below: "/variables/:name",
      docs: `actions/variables#delete-${one}-variable`,
      run: (call) => remove(kind, call, "variables", "name"),
    },
    {
      method: "GET",
      below: "/secrets",
      docs: `actions/secrets#list-${kind.noun}-secrets`,
      run: (call) => {
        const { secrets } = kind.holder(call);
        const page = paginate(call, secrets);
        const items = page.items.map((value) => showSecret(kind, call, value));
        return ok({ total_count: secrets.length, secrets: items }, page.headers);
      },
    },
    {
      method: "GET",
      below: "/secrets/public-key",
      docs: `actions/secrets#get-${one}-public-key`,
      run: async (call) => {
        const { id, publicKey } = await call.ciValues.sealingKey(kind.holder(call));
        return ok({ key_id: id, key: publicKey });
      },
    },
    {
      method: "GET",
      below: "/secrets/:secret_name",
      docs: `actions/secrets#get-${one}-secret`,
      run: (call) => ok(secret(call)),
    },
    {
      method: "PUT",
      below: "/secrets/:secret_name",
      docs: `actions/secrets#create-or-update-${one}-secret`,
      run: (call) => putSecret(kind, call),
    },
    {
      method: "DELETE",
      below: "/secrets/:secret_name",
      docs: `actions/secrets#delete-${one}-secret`,
      run: (call) => remove(kind, call, "secrets", "secret_name"),
    },
  ];
}

async function createVariable<C extends Call>(kind: HolderKind<C>, call: C): Promise<Answer> {
  const { name, value } = readBody(variableBody, call.body);
  const holder = kind.holder(call);
  checkName(name, "Variable");
  checkSize(value);
  const accepted = kind.accept?.(call, "variables", name);
  refuseTaken(holder, name);
  accepted?.();
  await call.ciValues.set(holder, "variables", name, value);
  return created({});
}

async function changeVariable<C extends Call>(kind: HolderKind<C>, call: C): Promise<Answer> {
  const holder = kind.holder(call);
  const known = find(kind, call, "variables", "name");
  const { name = known.name, value = known.value } = readBody(variableChange, call.body);
  checkName(name, "Variable");
  checkSize(value);
  const accepted = kind.accept?.(call, "variables", name);
  if (name.toUpperCase() !== known.name) {
    refuseTaken(holder, name);
    kind.forget?.(call, "variables", known.name);
    await call.ciValues.remove(holder, "variables", known);
  }
  accepted?.();
  await call.ciValues.set(holder, "variables", name, value);
  return noContent;
}

async function putSecret<C extends Call>(kind: HolderKind<C>, call: C): Promise<Answer> {
  const { encrypted_value: box, key_id: keyId } = readBody(secretBody, call.body);
  const name = call.params["secret_name"] ?? "";
  checkName(name, "Secret");
  if (!base64Pattern.test(box)) {
    throw new GitHubError(
      422,
      `Invalid request.\n\nFor 'properties/encrypted_value', the value is not valid base64.`,
    );
  }
  const accepted = kind.accept?.(call, "secrets", name);
  try {
    const isNew = await call.ciValues.setSealed(kind.holder(call), name, box, keyId);
    accepted?.();
    await call.store.save();
    return isNew ? created({}) : noContent;
  } catch (error) {
    if (error instanceof Problem) throw new GitHubError(422, error.message);
    throw error;
  }
}

async function remove<C extends Call>(
  kind: HolderKind<C>,
  call: C,
  values: ValueKind,
  parameter: string,
): Promise<Answer> {
  const value = find(kind, call, values, parameter);
  kind.forget?.(call, values, value.name);
  await call.ciValues.remove(kind.holder(call), values, value);
  return noContent;
}

function find<C extends Call>(kind: HolderKind<C>, call: C, values: ValueKind, parameter: string): CiValue {
  const value = findCiValue(kind.holder(call)[values], call.params[parameter] ?? "");
  if (value === undefined) throw notFound();
  return value;
}

function refuseTaken(holder: CiHolder, name: string): void {
  if (findCiValue(holder.variables, name) !== undefined)
    throw new GitHubError(409, "Already exists - Variable already exists");
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

function showVariable<C extends Call>(kind: HolderKind<C>, call: C, variable: CiValue): object {
  const { name, value, createdAt, updatedAt } = variable;
  const more = kind.show?.(call, "variables", variable);
  return { name, value, created_at: createdAt, updated_at: updatedAt, ...more };
}

function showSecret<C extends Call>(kind: HolderKind<C>, call: C, secret: CiValue): object {
  const { name, createdAt, updatedAt } = secret;
  return { name, created_at: createdAt, updated_at: updatedAt, ...kind.show?.(call, "secrets", secret) };
}
