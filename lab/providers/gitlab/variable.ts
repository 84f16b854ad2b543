import type { ProjectVariableSchema, VariableType } from "@gitbeaker/rest";
import { found, type GitLabApi } from "./api.ts";
import { idParts, textOf, type Found, type Kind, type Plain } from "./kind.ts";

/** https://docs.gitlab.com/api/project_level_variables/, https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/project_variable */
export const projectVariable = variableKind("project", ({ variables }) => variables);

/** https://docs.gitlab.com/api/group_level_variables/, https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/group_variable */
export const groupVariable = variableKind("group", ({ groupVariables }) => groupVariables);

type Client = GitLabApi["variables"] | GitLabApi["groupVariables"];
type Owner = "project" | "group";

/** A variable's type, which differs only in who has it. */
function variableKind(owner: Owner, client: (api: GitLabApi) => Client): Kind {
  const type = `gitlab:index/${owner}Variable:${owner === "group" ? "Group" : "Project"}Variable`;
  const form = `${owner.toUpperCase()}:KEY:SCOPE`;
  return {
    type,
    fields: {
      [owner]: { type: "text", from: "required", replaces: true },
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

    async create(api, inputs) {
      const id = textOf(inputs, owner);
      const hidden = inputs["hidden"] === true;
      const { masked, ...settings } = settingsOf(inputs);
      if (hidden && masked !== true)
        throw new Error("a variable that is hidden has to be masked, too: set masked to true");
      const options = {
        ...settings,
        environmentScope: scopeOf(inputs),
        ...(hidden ? { masked_and_hidden: true } : masked !== undefined && { masked }),
      };
      const answer = await client(api).create(id, textOf(inputs, "key"), textOf(inputs, "value"), options);
      return foundOf(owner, id, asVariable(answer), inputs);
    },

    async read(api, id) {
      const [holder = "", key = "", scope = ""] = idParts(type, id, form);
      const answer = await found(client(api).show(holder, key, filterOf(scope)));
      return answer && foundOf(owner, holder, asVariable(answer));
    },

    async update(api, id, inputs) {
      const [holder = "", key = "", scope = ""] = idParts(type, id, form);
      const options = { ...settingsOf(inputs), environmentScope: scope, ...filterOf(scope) };
      const answer = await client(api).edit(holder, key, textOf(inputs, "value"), options);
      return foundOf(owner, holder, asVariable(answer), inputs);
    },

    async remove(api, id) {
      const [holder = "", key = "", scope = ""] = idParts(type, id, form);
      await found(client(api).remove(holder, key, filterOf(scope)));
    },
  };
}

/** The client has less in its type of a group's variable than GitLab answers. */
const asVariable = (answer: unknown) => answer as ProjectVariableSchema;

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
function foundOf(owner: Owner, holder: string, variable: ProjectVariableSchema, set: Plain = {}): Found {
  const { key, value, masked } = variable;
  const scope = variable.environment_scope;
  const [hidden, raw] = [variable["hidden"] === true, variable["raw"] === true];
  const known = hidden ? set["value"] : value;
  return {
    id: `${holder}:${key}:${scope}`,
    properties: {
      ...{ [owner]: holder, key, masked, raw, hidden, environmentScope: scope },
      ...{ variableType: variable.variable_type, protected: variable.protected },
      description: textOr(variable["description"], ""),
      ...(known !== undefined && { value: known }),
    },
  };
}

const textOr = (value: unknown, otherwise: string) => (typeof value === "string" ? value : otherwise);
