import type { ProjectVariableSchema } from "@gitbeaker/rest";
import { z } from "zod";
import {
  type Answer,
  type Call,
  type GroupEndpoint,
  type ProjectEndpoint,
  created,
  noContent,
  ok,
} from "./endpoint.ts";
import { invalid, notFound, refused } from "./gitlab-error.ts";
import { paginate } from "./pagination.ts";
import { flag, readParameters, text } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import { type Variable, accessLevels } from "./state.ts";
import { checkVariable } from "./variables.ts";

const type = z.enum(["env_var", "file"]);
const common = {
  protected: flag.optional(),
  masked: flag.optional(),
  raw: flag.optional(),
  variable_type: type.optional(),
  environment_scope: text.optional(),
  description: z.string().nullish(),
};
const creation = z.object({ key: text, value: text, ...common, masked_and_hidden: flag.optional() });
const change = z.object({ ...common, value: text.optional() });
const filtering = z.object({ filter: z.object({ environment_scope: text.optional() }).optional() });

/** Who has variables: a project, or a group, whose variables have no scope below GitLab Premium. */
interface Owner {
  variables: Variable[];
  readonly scoped: boolean;
}

interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly below: string;
  readonly run: (call: Call, owner: Owner) => Answer | Promise<Answer>;
}

const operations: readonly Operation[] = [
  {
    method: "GET",
    below: "/variables",
    run: (call, { variables }) => {
      const page = paginate(call, variables);
      return ok(page.items.map(showVariable), page.headers);
    },
  },
  { method: "POST", below: "/variables", run: createVariable },
  {
    method: "GET",
    below: "/variables/:key",
    run: (call, owner) => ok(showVariable(findVariable(call, owner))),
  },
  { method: "PUT", below: "/variables/:key", run: changeVariable },
  {
    method: "DELETE",
    below: "/variables/:key",
    run: async (call, owner) => {
      const variable = findVariable(call, owner);
      owner.variables.splice(owner.variables.indexOf(variable), 1);
      await call.store.save();
      return noContent;
    },
  },
];

/** The CI/CD variables of a project: https://docs.gitlab.com/api/project_level_variables/ */
export const variableEndpoints: readonly ProjectEndpoint[] = operations.map(({ run, ...operation }) => ({
  ...operation,
  role: accessLevels.maintainer,
  run: (call) => run(call, { variables: call.project.variables, scoped: true }),
}));

/** The CI/CD variables of a group: https://docs.gitlab.com/api/group_level_variables/ */
export const groupVariableEndpoints: readonly GroupEndpoint[] = operations.map(({ run, ...operation }) => ({
  ...operation,
  run: (call) => run(call, { variables: call.group.variables, scoped: false }),
}));

async function createVariable(call: Call, { variables, scoped }: Owner): Promise<Answer> {
  const wanted = readParameters(creation, call);
  const hidden = wanted.masked_and_hidden ?? false;
  const variable: Variable = {
    key: wanted.key,
    value: wanted.value,
    variableType: wanted.variable_type ?? "env_var",
    protected: wanted.protected ?? false,
    masked: hidden || (wanted.masked ?? false),
    hidden,
    raw: wanted.raw ?? false,
    environmentScope: (scoped ? wanted.environment_scope : undefined) ?? "*",
    description: wanted.description ?? null,
  };
  checkVariable(variable, variables);
  variables.push(variable);
  await call.store.save();
  return created(showVariable(variable));
}

async function changeVariable(call: Call, owner: Owner): Promise<Answer> {
  const wanted = readParameters(change, call);
  const variable = findVariable(call, owner);
  if (variable.hidden && wanted.masked === false)
    throw invalid({ base: ["Updating masked attribute is not allowed on updates for hidden variables."] });
  const changed: Variable = {
    ...variable,
    value: wanted.value ?? variable.value,
    variableType: wanted.variable_type ?? variable.variableType,
    protected: wanted.protected ?? variable.protected,
    masked: wanted.masked ?? variable.masked,
    raw: wanted.raw ?? variable.raw,
    environmentScope: (owner.scoped ? wanted.environment_scope : undefined) ?? variable.environmentScope,
    description: wanted.description === undefined ? variable.description : wanted.description,
  };
  checkVariable(
    changed,
    owner.variables.filter((other) => other !== variable),
  );
  Object.assign(variable, changed);
  await call.store.save();
  return ok(showVariable(variable));
}

/** @throws GitLabError 404, or 409 when several have the key and the request does not say which scope it means */
function findVariable(call: Call, { variables }: Owner): Variable {
  const { filter } = readParameters(filtering, call);
  const scope = filter?.environment_scope;
  const found = variables.filter(
    ({ key, environmentScope }) =>
      key === call.params["key"] && (scope === undefined || environmentScope === scope),
  );
  const [variable, ...others] = found;
  if (variable === undefined) throw notFound("Variable");
  if (others.length > 0) {
    throw refused(
      409,
      "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
    );
  }
  return variable;
}

function showVariable(variable: Variable) {
  return {
    variable_type: variable.variableType,
    key: variable.key,
    // Never given out again.
    value: variable.hidden ? null : variable.value,
    hidden: variable.hidden,
    protected: variable.protected,
    masked: variable.masked,
    raw: variable.raw,
    environment_scope: variable.environmentScope,
    description: variable.description,
  } satisfies Shown<ProjectVariableSchema>;
}
