/** What an endpoint of GitHub's REST API is made of, here. */
import type { IncomingHttpHeaders } from "node:http";
import type { Identity } from "../access-token.ts";
import type { CiValues } from "../ci-values.ts";
import type { DeployKeys } from "../deploy-keys.ts";
import type { Repositories } from "../repositories.ts";
import type { Repository, Store } from "../store.ts";
import type { Webhooks } from "../webhooks.ts";
import type { Accounts } from "./accounts.ts";
import type { Urls } from "./urls.ts";

/** What the endpoints work with. */
export interface Services {
  readonly store: Store;
  readonly repositories: Repositories;
  readonly deployKeys: DeployKeys;
  readonly ciValues: CiValues;
  readonly webhooks: Webhooks;
  readonly accounts: Accounts;
  readonly urls: Urls;
  /** Public half of the SSH host key: type and blob. */
  readonly hostPublicKey: string;
}

/** One request. */
export interface Call extends Services {
  readonly identity: Identity;
  /** The parts of the path that its pattern names; `*` is the rest. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON: an object, or undefined when nothing came. */
  readonly body: unknown;
  /** Path that was asked for, below the API's root. */
  readonly path: string;
}

/** A request about a repository that the caller may see. */
export interface RepositoryCall extends Call {
  readonly repository: Repository;
}

/** What is answered. A string or bytes are sent as they are, anything else as JSON; undefined is no body. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface EndpointBase {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Page of GitHub's documentation, below https://docs.github.com/rest/; errors name it. */
  readonly docs: string;
}

/** An endpoint that is not about one repository. */
export interface GeneralEndpoint extends EndpointBase {
  /** Pattern of the path below the API's root, as fastify's router takes it. */
  readonly path: string;
  /** Who may call it; everybody, unless given. */
  readonly access?: "everybody" | "signed-in";
  readonly run: (call: Call) => Answer | Promise<Answer>;
}

/** An endpoint below `/repos/OWNER/NAME`. */
export interface RepositoryEndpoint extends EndpointBase {
  /** Pattern of the path below the repository's. */
  readonly below: string;
  /** Who may call it: whoever sees the repository, or administrators only. */
  readonly access: "readers" | "administrators";
  /** Whether an archived repository lets it change something; no, unless given. */
  readonly whenArchived?: boolean;
  readonly run: (call: RepositoryCall) => Answer | Promise<Answer>;
}

/** 200 with a body. */
export function ok(body: unknown, headers?: Readonly<Record<string, string>>): Answer {
  return { status: 200, body, ...(headers && { headers }) };
}

/** 201 with a body, and where the new thing is. */
export function created(body: unknown, location?: string): Answer {
  return { status: 201, body, ...(location !== undefined && { headers: { location } }) };
}

/** 204. */
export const noContent: Answer = { status: 204 };
