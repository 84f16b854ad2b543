import type { AccessTokenScopes, AccessTokenSchema } from "@gitbeaker/rest";
import { refusal } from "../serve.ts";
import { found } from "./api.ts";
import { idParts, textOf, type Found, type Kind } from "./kind.ts";

const type = "gitlab:index/projectAccessToken:ProjectAccessToken";
const form = "PROJECT:TOKEN";

/** Roles by the names that the provider has for them: https://docs.gitlab.com/api/project_access_tokens/#create-a-project-access-token */
const levels: Readonly<Record<string, number>> = {
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
};

/**
 * Its value is known only when it is made.
 * https://docs.gitlab.com/api/project_access_tokens/, https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/project_access_token
 */
export const projectAccessToken: Kind = {
  type,
  fields: {
    project: { type: "text", from: "required", replaces: true },
    name: { type: "text", from: "optional", replaces: true },
    scopes: { type: "texts", from: "required", replaces: true },
    accessLevel: {
      type: "text",
      from: "computed",
      replaces: true,
      otherwise: "maintainer",
      oneOf: Object.keys(levels),
    },
    expiresAt: { type: "text", from: "computed" },
    active: { type: "truth", from: "output" },
    createdAt: { type: "text", from: "output" },
    revoked: { type: "truth", from: "output" },
    token: { type: "text", from: "output", secret: true, once: true },
    userId: { type: "number", from: "output" },
  },
  derived: { expiresAt: ["createdAt", "token"] },

  async create({ projectTokens }, inputs) {
    const project = textOf(inputs, "project");
    const level = levels[textOf(inputs, "accessLevel")];
    const scopes = inputs["scopes"] as AccessTokenScopes[];
    const made = await projectTokens.create(
      project,
      textOf(inputs, "name"),
      scopes,
      textOf(inputs, "expiresAt"),
      {
        // The client has an enumeration for a number.
        ...(level !== undefined && { accessLevel: level as never }),
      },
    );
    return foundOf(project, made, made.token);
  },

  async read({ projectTokens }, id) {
    const [project = "", token = ""] = idParts(type, id, form);
    const answer = await found(projectTokens.show(project, token));
    return answer && foundOf(project, answer);
  },

  /** The official provider rotates here, which gives another number; and what Pulumi updates keeps its id. */
  update() {
    throw refusal(
      "gitlab",
      "a rotation of a project's token in place",
      'replace it, by the option `replaceOnChanges: ["expiresAt"]`',
    );
  },

  async remove({ projectTokens }, id) {
    const [project = "", token = ""] = idParts(type, id, form);
    await projectTokens.revoke(project, token);
  },
};

function foundOf(project: string, token: AccessTokenSchema, value?: string): Found {
  const level = Object.entries(levels).find(([, number]) => number === (token.access_level as number))?.[0];
  return {
    id: `${project}:${token.id}`,
    properties: {
      ...{ project, name: token.name, scopes: token.scopes ?? [] },
      ...{ active: token.active, createdAt: token.created_at, revoked: token.revoked, userId: token.user_id },
      ...(level !== undefined && { accessLevel: level }),
      expiresAt: token.expires_at,
      ...(value !== undefined && { token: value }),
    },
  };
}
