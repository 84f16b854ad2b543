import type { DeployKeySchema } from "@gitbeaker/rest";
import { found } from "./api.ts";
import { idParts, textOf, type Found, type Kind } from "./kind.ts";

const type = "gitlab:index/deployKey:DeployKey";
const form = "PROJECT:KEY";

/** https://docs.gitlab.com/api/deploy_keys/, https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/deploy_key */
export const deployKey: Kind = {
  type,
  fields: {
    project: { type: "text", from: "required", replaces: true },
    title: { type: "text", from: "required", replaces: true },
    key: { type: "text", from: "required", replaces: true, trimmed: true },
    canPush: { type: "truth", from: "optional", replaces: true, otherwise: false },
    expiresAt: { type: "text", from: "optional", replaces: true },
    deployKeyId: { type: "number", from: "output" },
  },

  async create({ deployKeys }, inputs) {
    const project = textOf(inputs, "project");
    const { canPush, expiresAt } = inputs;
    const options = {
      canPush: canPush === true,
      ...(typeof expiresAt === "string" && { expiresAt }),
    };
    const title = textOf(inputs, "title");
    return foundOf(project, await deployKeys.create(project, title, textOf(inputs, "key").trim(), options));
  },

  async read({ deployKeys }, id) {
    const [project = "", key = ""] = idParts(type, id, form);
    const answer = await found(deployKeys.show(project, Number(key)));
    return answer && foundOf(project, answer);
  },

  async remove({ deployKeys }, id) {
    const [project = "", key = ""] = idParts(type, id, form);
    await deployKeys.remove(project, Number(key));
  },
};

function foundOf(project: string, key: DeployKeySchema): Found {
  const {
    id,
    title,
    can_push: canPush,
    expires_at: expiresAt,
  } = key as DeployKeySchema & {
    expires_at?: string | null;
  };
  return {
    id: `${project}:${id}`,
    properties: {
      ...{ project, title, key: key.key, canPush: canPush === true, deployKeyId: id },
      // As RFC 3339 without fractions of a second, like the official provider.
      ...(typeof expiresAt === "string" && { expiresAt: expiresAt.replace(/\.\d+(?=Z$)/, "") }),
    },
  };
}
