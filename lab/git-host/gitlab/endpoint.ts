/** What an endpoint of GitLab's REST API is made of, here. */
import type { IncomingHttpHeaders } from "node:http";
import type { Repositories } from "../repositories.ts";
import type { Repository, Store } from "../store.ts";
import type { Caller } from "./caller.ts";
import type { DeployKeys } from "./deploy-keys.ts";
import type { JobTokens } from "./job-tokens.ts";
import type { Namespaces } from "./namespaces.ts";
import type { Projects } from "./projects.ts";
import type { GitLabState, Group, Project } from "./state.ts";
import type { Tokens } from "./tokens.ts";
import type { Urls } from "./urls.ts";
import type { Webhooks } from "./webhooks.ts";

/** What the endpoints work with. */
export interface Services {
  readonly store: Store;
  readonly state: GitLabState;
  readonly repositories: Repositories;
  readonly projects: Projects;
  readonly namespaces: Namespaces;
  readonly deployKeys: DeployKeys;
  readonly tokens: Tokens;
  readonly jobTokens: JobTokens;
  readonly webhooks: Webhooks;
  readonly urls: Urls;
}

/** One request. */
export interface Call extends Services {
  /** Nobody where nobody is asked for. */
  readonly caller: Caller | undefined;
  /** The parts of the path that its pattern names; `*` is the rest. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** What the body says by name; nothing when there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Path that was asked for, below the API's root. */
  readonly path: string;
}

/** A request of somebody who has shown a good token. */
export interface SignedInCall extends Call {
  readonly caller: Caller;
}

/** A request about a project that the caller may see. */
export interface ProjectCall extends Call {
  readonly project: Project;
  readonly repository: Repository;
}

/** A request about a group. */
export interface GroupCall extends SignedInCall {
  readonly group: Group;
}

/** What is answered. A string or bytes are sent as they are, anything else as JSON; undefined is no body. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface EndpointBase {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Scopes of which a token needs one: `api`, or also `read_api` to read, unless given. */
  readonly scopes?: readonly string[];
}

/** An endpoint that is about no one project or group. Everybody who calls it has a token. */
export interface GeneralEndpoint extends EndpointBase {
  /** Pattern of the path below the API's root, as fastify's router takes it. */
  readonly path: string;
  readonly run: (call: SignedInCall) => Answer | Promise<Answer>;
}

/** An endpoint below `/groups/ID`. */
export interface GroupEndpoint extends EndpointBase {
  /** Pattern of the path below the group's. */
  readonly below: string;
  readonly run: (call: GroupCall) => Answer | Promise<Answer>;
}

/** An endpoint below `/projects/ID`. */
export interface ProjectEndpoint extends EndpointBase {
  /** Pattern of the path below the project's. */
  readonly below: string;
  /** The role that the caller needs at least; `everybody` who sees the project, without a token where it is public. */
  readonly role: "everybody" | number;
  readonly run: (call: ProjectCall) => Answer | Promise<Answer>;
}

/** 200 with a body. */
export function ok(body: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return { status: 200, body, ...(headers && { headers }) };
}

/** 201 with a body. */
export function created(body: unknown): Answer {
  return { status: 201, body };
}

/** 202: it is under way. */
export const accepted: Answer = { status: 202, body: { message: "202 Accepted" } };

/** 204. */
export const noContent: Answer = { status: 204 };

/** Who calls an endpoint that nobody calls without a token. */
export function callerOf({ caller }: Call): Caller {
  if (caller === undefined) throw new Error("An endpoint with a role was called by nobody.");
  return caller;
}
