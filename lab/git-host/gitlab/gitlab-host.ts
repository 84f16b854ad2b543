/** The lab's GitLab: its REST API v4, and Git over HTTP and SSH, on 127.0.0.1. */
import {
  type HostKind,
  type HostOptions,
  type HostParts,
  type ServedHost,
  serveHost,
} from "../host-server.ts";
import { registerGitLabApi } from "./api.ts";
import { DeployKeys } from "./deploy-keys.ts";
import type { Services } from "./endpoint.ts";
import { gitLabHttpAccess, gitLabSshAccess } from "./git-access.ts";
import { tellOfPush } from "./hook-events.ts";
import { JobTokens } from "./job-tokens.ts";
import { addLicense } from "./license-endpoints.ts";
import { Namespaces } from "./namespaces.ts";
import { parseBody } from "./parameters.ts";
import { Projects } from "./projects.ts";
import type { GitLabState } from "./state.ts";
import { day, now } from "./time.ts";
import { Tokens, digest, newAccessToken } from "./tokens.ts";
import { Urls } from "./urls.ts";
import { Webhooks } from "./webhooks.ts";

/** A GitLab that serves. */
export interface GitLabHost extends ServedHost {
  /**
   * Starts a job of CI for a runner of the lab, as the administrator, and gives its token.
   *
   * @param project full path
   * @throws when there is no such project
   */
  readonly startJob: (project: string) => string;
  /** Ends a job. Its token opens nothing any more. */
  readonly endJob: (token: string) => void;
  /** A variable's value, hidden or not, for a runner of the lab; undefined when there is none. */
  readonly revealVariable: (project: string, key: string, scope?: string) => string | undefined;
  /** Makes a user who is no administrator, with roles by the full path of a group, and gives a token of theirs. */
  readonly addUser: (user: NewUser) => Promise<string>;
  /** Says that a runner of the whole host is online. */
  readonly addRunner: () => Promise<void>;
  /** Gives the host a licence of the plan Premium, or takes it. */
  readonly setPremium: (premium: boolean) => Promise<void>;
}

/** A user, and what their token is good for. */
export interface NewUser {
  readonly username: string;
  readonly roles: Readonly<Record<string, number>>;
  readonly scopes: readonly string[];
  /** Day on which the token ends. */
  readonly expiresAt: string;
}

/**
 * Starts the host.
 *
 * @param options.owners groups at the top, which are public
 * @throws when a port is taken, or the folder holds something else
 */
export async function createGitLabHost(options: HostOptions): Promise<GitLabHost> {
  const kept: { services?: Omit<Services, "urls"> } = {};
  const served = await serveHost(options, newAccessToken, async (parts) => {
    const state = await openState(options, parts);
    const { store, repositories } = parts;
    const services: Omit<Services, "urls"> = {
      store,
      state,
      repositories,
      projects: new Projects(store, state, repositories),
      namespaces: new Namespaces(store, state),
      deployKeys: new DeployKeys(store, state),
      tokens: new Tokens(store, state),
      jobTokens: new JobTokens(),
      webhooks: new Webhooks(),
    };
    kept.services = services;
    await services.projects.repair();
    for (const path of options.owners) {
      if (services.namespaces.group(path) !== undefined) continue;
      await services.namespaces.create(
        { name: path, path, parentId: null, visibility: "public" },
        repositories,
      );
    }
    return gitLab(services, parts);
  });
  const { services } = kept;
  if (services === undefined) throw new Error("A host that serves has been assembled.");
  return {
    ...served,
    startJob: (path) => {
      const found = services.projects.find(path);
      if (found === undefined) throw new Error(`There is no project ${path}.`);
      const { id: userId } = administrator(services.state);
      return services.jobTokens.start({ projectId: found.project.id, userId });
    },
    addUser: (user) => addUser(services, user),
    addRunner: async () => {
      const { state, store } = services;
      (state.runners ??= []).push({ id: store.newId(), description: "a runner", online: true });
      await store.save();
    },
    setPremium: async (premium) => {
      services.state.licenses = [];
      await (premium ? addLicense(services) : services.store.save());
    },
    endJob: (token) => services.jobTokens.end(token),
    revealVariable: (path, key, scope = "*") =>
      services.projects
        .find(path)
        ?.project.variables.find((it) => it.key === key && it.environmentScope === scope)?.value,
  };
}

function gitLab(services: Omit<Services, "urls">, { log }: HostParts): HostKind {
  return {
    httpAccess: gitLabHttpAccess(services),
    sshAccess: gitLabSshAccess(services),
    parseBody,
    register: (app, ports) => {
      const all = { ...services, urls: new Urls(ports.http, ports.ssh) };
      services.repositories.on("push", (repository, changes) => {
        for (const change of changes)
          tellOfPush(all, repository, change).catch((error: unknown) => log.failure("webhook", error));
      });
      registerGitLabApi(app, { services: all, log });
    },
    close: () => services.webhooks.close(),
  };
}

/** The state, with the administrator and their token in it; the token's year begins with every start. */
async function openState(
  { administrator: username = "lab-admin" }: HostOptions,
  { data, store }: HostParts,
): Promise<GitLabState> {
  const state = (store.state.gitlab ??= { groups: [], users: [], projects: [], deployKeys: [], tokens: [] });
  if (!state.users.some((user) => user.bot === undefined)) {
    state.users.push({
      id: store.newId(),
      username,
      name: "Lab Administrator",
      namespaceId: store.newId(),
      createdAt: now(),
    });
  }
  const { id: userId } = administrator(state);
  const wanted = digest(data.token);
  const token = state.tokens.find((it) => it.digest === wanted);
  const expiresAt = day(365);
  if (token === undefined) {
    const scopes = ["api"];
    await new Tokens(store, state).create({ name: "lab", userId, scopes, expiresAt }, data.token);
  } else {
    token.expiresAt = expiresAt;
  }
  await store.save();
  return state;
}

async function addUser(
  { state, store, tokens }: Omit<Services, "urls">,
  { username, roles, scopes, expiresAt }: NewUser,
): Promise<string> {
  const [id, namespaceId] = [store.newId(), store.newId()];
  state.users.push({ id, username, name: username, namespaceId, createdAt: now(), roles });
  return (await tokens.create({ name: username, userId: id, scopes, expiresAt })).value;
}

function administrator(state: GitLabState): GitLabState["users"][number] {
  const user = state.users.find((it) => it.bot === undefined && it.roles === undefined);
  if (user === undefined) throw new Error("The host has no administrator.");
  return user;
}
