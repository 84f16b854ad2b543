import { randomBytes } from "node:crypto";
import type { AccessTokenSchema, DeployTokenSchema } from "@gitbeaker/rest";
import { z } from "zod";
import { randomLetters } from "../access-token.ts";
import {
  type Answer,
  type ProjectCall,
  type ProjectEndpoint,
  callerOf,
  created,
  noContent,
  ok,
} from "./endpoint.ts";
import { badRequest, invalid, notFound } from "./gitlab-error.ts";
import { paginate } from "./pagination.ts";
import { date, flag, integer, readParameters, text, texts, time } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import { type DeployToken, type Token, type User, accessLevels } from "./state.ts";
import { day, now } from "./time.ts";
import { digest, ended } from "./tokens.ts";
import { checkExpiry } from "./user-endpoints.ts";
import { showToken } from "./user-view.ts";

const role = accessLevels.maintainer;

const accessScopes = [
  "api",
  "read_api",
  "create_runner",
  "manage_runner",
  "read_repository",
  "write_repository",
  "read_registry",
  "write_registry",
  "self_rotate",
] as const;
const deployScopes = [
  "read_repository",
  "read_registry",
  "write_registry",
  "read_package_registry",
  "write_package_registry",
] as const;

const accessCreation = z.object({
  name: text,
  scopes: texts.pipe(z.array(z.enum(accessScopes)).min(1)),
  description: z.string().optional(),
  expires_at: date.optional(),
  access_level: integer.pipe(z.literal([10, 15, 20, 30, 40, 50])).optional(),
});
const rotation = z.object({ expires_at: date.optional() });
const listing = z.object({ state: z.enum(["active", "inactive"]).optional() });
const deployCreation = z.object({
  name: text,
  scopes: texts.pipe(z.array(z.enum(deployScopes)).min(1)),
  expires_at: time.optional(),
  username: text.optional(),
});
const deployListing = z.object({ active: flag.optional() });

/** The access tokens of a project, each of which acts as a bot: https://docs.gitlab.com/api/project_access_tokens/ */
const accessTokenEndpoints: readonly ProjectEndpoint[] = [
  {
    method: "GET",
    below: "/access_tokens",
    role,
    run: (call) => {
      const { state } = readParameters(listing, call);
      const all = tokensOf(call).filter(
        ({ token }) => state === undefined || (state === "active") === (!token.revoked && !ended(token)),
      );
      const page = paginate(call, all);
      return ok(
        page.items.map(({ token, bot }) => showAccessToken(token, bot)),
        page.headers,
      );
    },
  },
  { method: "POST", below: "/access_tokens", role, run: createAccessToken },
  {
    method: "GET",
    below: "/access_tokens/:token_id",
    role,
    run: (call) => {
      const { token, bot } = findToken(call);
      return ok(showAccessToken(token, bot));
    },
  },
  {
    method: "POST",
    below: "/access_tokens/:token_id/rotate",
    role,
    run: async (call) => {
      const { expires_at: expiresAt } = readParameters(rotation, call);
      checkExpiry(expiresAt);
      const { token: before, bot } = findToken(call);
      if (before.revoked) throw badRequest("token already revoked");
      const { token, value } = await call.tokens.rotate(before, expiresAt ?? day(7));
      return ok({ ...showAccessToken(token, bot), token: value });
    },
  },
  {
    method: "DELETE",
    below: "/access_tokens/:token_id",
    role,
    run: async (call) => {
      await call.tokens.revoke(findToken(call).token);
      return noContent;
    },
  },
];

async function createAccessToken(call: ProjectCall): Promise<Answer> {
  const wanted = readParameters(accessCreation, call);
  const { project, state, store, tokens } = call;
  checkExpiry(wanted.expires_at);
  const level = wanted.access_level ?? accessLevels.maintainer;
  const mine = callerOf(call).user.bot?.accessLevel ?? accessLevels.owner;
  if (level > mine)
    throw badRequest(
      "Access level of the token can't be greater the access level of the user who created the token",
    );
  const username = `project_${project.id}_bot_${randomBytes(16).toString("hex")}`;
  const bot: User = {
    id: store.newId(),
    username,
    name: wanted.name,
    namespaceId: store.newId(),
    createdAt: now(),
    bot: { projectId: project.id, accessLevel: level },
  };
  state.users.push(bot);
  const { token, value } = await tokens.create({
    name: wanted.name,
    description: wanted.description ?? "",
    userId: bot.id,
    scopes: wanted.scopes,
    expiresAt: wanted.expires_at ?? day(365),
  });
  return created({ ...showAccessToken(token, bot), token: value });
}

interface BotToken {
  readonly token: Token;
  readonly bot: User;
}

function tokensOf({ project, state, tokens }: ProjectCall): BotToken[] {
  const bots = state.users.filter((user) => user.bot?.projectId === project.id);
  return bots.flatMap((bot) => tokens.list(bot.id).map((token) => ({ token, bot })));
}

function findToken(call: ProjectCall): BotToken {
  const found = tokensOf(call).find(({ token }) => String(token.id) === call.params["token_id"]);
  if (found === undefined)
    throw notFound(`Could not find project access token with token_id: ${call.params["token_id"] ?? ""}`);
  return found;
}

function showAccessToken(token: Token, bot: User) {
  return {
    ...showToken({ token, user: bot }),
    scopes: [...token.scopes] as NonNullable<AccessTokenSchema["scopes"]>,
    access_level: bot.bot?.accessLevel,
    resource_type: "project",
    resource_id: bot.bot?.projectId,
    // The client has an enumeration for the level, which is a number.
  } satisfies Shown<AccessTokenSchema, "access_level">;
}

/** The deploy tokens of a project, which only read: https://docs.gitlab.com/api/deploy_tokens/ */
const deployTokenEndpoints: readonly ProjectEndpoint[] = [
  {
    method: "GET",
    below: "/deploy_tokens",
    role,
    run: (call) => {
      const { active } = readParameters(deployListing, call);
      const all = call.project.deployTokens.filter(
        (token) => active === undefined || active === (!token.revoked && !ended(token)),
      );
      const page = paginate(call, all);
      return ok(page.items.map(showDeployToken), page.headers);
    },
  },
  {
    method: "POST",
    below: "/deploy_tokens",
    role,
    run: async (call) => {
      const wanted = readParameters(deployCreation, call);
      const { project, projects, store } = call;
      const id = store.newId();
      const username = wanted.username ?? `gitlab+deploy-token-${id}`;
      const taken = projects.list().flatMap((it) => it.project.deployTokens);
      if (taken.some((token) => !token.revoked && token.username === username))
        throw invalid({ username: ["has already been taken"] });
      const value = `gldt-${randomLetters(20)}`;
      const token: DeployToken = {
        id,
        name: wanted.name,
        username,
        digest: digest(value),
        scopes: wanted.scopes,
        expiresAt: wanted.expires_at ?? null,
        revoked: false,
      };
      project.deployTokens.push(token);
      await store.save();
      return created({ ...showDeployToken(token), token: value });
    },
  },
  {
    method: "GET",
    below: "/deploy_tokens/:token_id",
    role,
    run: (call) => ok(showDeployToken(findDeployToken(call))),
  },
  {
    method: "DELETE",
    below: "/deploy_tokens/:token_id",
    role,
    run: async (call) => {
      const token = findDeployToken(call);
      call.project.deployTokens = call.project.deployTokens.filter((it) => it !== token);
      await call.store.save();
      return noContent;
    },
  },
];

function findDeployToken({ params, project }: ProjectCall): DeployToken {
  const token = project.deployTokens.find(({ id }) => String(id) === params["token_id"]);
  if (token === undefined) throw notFound();
  return token;
}

function showDeployToken(token: DeployToken) {
  return {
    id: token.id,
    name: token.name,
    username: token.username,
    expires_at: token.expiresAt,
    revoked: token.revoked,
    expired: ended(token),
    scopes: [...token.scopes] as NonNullable<DeployTokenSchema["scopes"]>,
  } satisfies Shown<DeployTokenSchema>;
}

/** The tokens of a project. */
export const tokenEndpoints: readonly ProjectEndpoint[] = [...accessTokenEndpoints, ...deployTokenEndpoints];
