import type { ProjectVariableSchema, VariableType } from "@gitbeaker/rest";
import { found } from "./api.ts";
import { idParts, textOf, type Found, type Kind, type Plain } from "./kind.ts";

const type = "gitlab:index/projectVariable:ProjectVariable";
const form = "PROJECT:KEY:SCOPE";

/** https://docs.gitlab.com/api/project_level_variables/, https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/project_variable */
export const projectVariable: Kind = {
  type,
  fields: {
    project: { type: "text", from: "required", replaces: true },
    key: { type: "text", from: "required", replaces: true },
    value: { type: "text", from: "required" },
    environmentScope: { type: "text", from: "computed", replaces: true, otherwise: "*" },
    variableType: { type: "text", from: "computed", oneOf: ["env_var", "file"] },
    description: { type: "text", from: "computed" },
    hidden: { type: "truth", from: "computed", replaces: true },
    masked: { type: "truth", from: "computed" },
    protected: { type: "truth", from: "computed" },
    raw: { type: "truth", from: "computed" },
  },

  async create({ variables }, inputs) {
    const project = textOf(inputs, "project");
    const hidden = inputs["hidden"] === true;
    const { masked, ...settings } = settingsOf(inputs);
    if (hidden && masked !== true)
      throw new Error("a variable that is hidden has to be masked, too: set masked to true");
    const options = {
      ...settings,
      environmentScope: scopeOf(inputs),
      ...(hidden ? { masked_and_hidden: true } : masked !== undefined && { masked }),
    };
    const answer = await variables.create(project, textOf(inputs, "key"), textOf(inputs, "value"), options);
    return foundOf(project, answer, inputs);
  },

  async read({ variables }, id) {
    const [project = "", key = "", scope = ""] = idParts(type, id, form);
    const answer = await found(variables.show(project, key, filterOf(scope)));
    return answer && foundOf(project, answer);
  },

  async update({ variables }, id, inputs) {
    const [project = "", key = "", scope = ""] = idParts(type, id, form);
    const options = { ...settingsOf(inputs), environmentScope: scope, ...filterOf(scope) };
    return foundOf(project, await variables.edit(project, key, textOf(inputs, "value"), options), inputs);
  },

  async remove({ variables }, id) {
    const [project = "", key = "", scope = ""] = idParts(type, id, form);
    await found(variables.remove(project, key, filterOf(scope)));
  },
};

/** A key may be there once for each scope. */
const filterOf = (scope: string) => ({ filter: { environment_scope: scope } });

const scopeOf = ({ environmentScope }: Plain) =>
  typeof environmentScope === "string" ? environmentScope : "*";

function settingsOf(inputs: Plain) {
  const { variableType, description, masked, raw, protected: only } = inputs;
  return {
    ...(typeof variableType === "string" && { variableType: variableType as VariableType }),
    ...(typeof description === "string" && { description }),
    ...(typeof masked === "boolean" && { masked }),
    ...(typeof raw === "boolean" && { raw }),
    ...(typeof only === "boolean" && { protected: only }),
  };
}

/** The host never gives out the value of a hidden variable, which then is what was set. */
function foundOf(project: string, variable: ProjectVariableSchema, set: Plain = {}): Found {
  const { key, value, masked } = variable;
  const scope = variable.environment_scope;
  const [hidden, raw] = [variable["hidden"] === true, variable["raw"] === true];
  const known = hidden ? set["value"] : value;
  return {
    id: `${project}:${key}:${scope}`,
    properties: {
      ...{ project, key, masked, raw, hidden, environmentScope: scope },
      ...{ variableType: variable.variable_type, protected: variable.protected },
      description: textOr(variable["description"], ""),
      ...(known !== undefined && { value: known }),
    },
  };
}

const textOr = (value: unknown, otherwise: string) => (typeof value === "string" ? value : otherwise);
