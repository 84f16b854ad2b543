/** GitHub's REST API, as GitHub Enterprise Server 3.19 has it: https://docs.github.com/enterprise-server@3.19/rest */
import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AccessLog } from "../access-log.ts";
import type { AccessToken } from "../access-token.ts";
import { accountEndpoints, serverVersion } from "./account-endpoints.ts";
import { actionsEndpoints } from "./actions-endpoints.ts";
import { branchEndpoints } from "./branch-endpoints.ts";
import { collaboratorEndpoints } from "./collaborator-endpoints.ts";
import { commitEndpoints } from "./commit-endpoints.ts";
import { contentEndpoints } from "./content-endpoints.ts";
import { deployKeyEndpoints } from "./deploy-key-endpoints.ts";
import type { Answer, Call, GeneralEndpoint, RepositoryEndpoint, Services } from "./endpoint.ts";
import { entityTag, matchesTag } from "../entity-tag.ts";
import { environmentEndpoints } from "./environment-endpoints.ts";
import { featureEndpoints } from "./feature-endpoints.ts";
import { GitHubError, notFound } from "./github-error.ts";
import { hookEndpoints } from "./hook-endpoints.ts";
import { organisationEndpoints } from "./organisation-endpoints.ts";
import { organizationValueEndpoints } from "./organization-value-endpoints.ts";
import { pagesEndpoints } from "./pages-endpoints.ts";
import { rateLimit } from "./rate-limit.ts";
import { refEndpoints } from "./ref-endpoints.ts";
import { repositoriesEndpoints, repositoryEndpoints } from "./repository-endpoints.ts";
import { rulesetEndpoints } from "./ruleset-endpoints.ts";

const documentation = "https://docs.github.com/rest";

/** The API's root as GitHub Enterprise Server has it, and as api.github.com has it. */
const roots = ["/api/v3", ""] as const;

const generalEndpoints: readonly GeneralEndpoint[] = [
  ...accountEndpoints,
  ...organisationEndpoints,
  ...repositoriesEndpoints,
  ...organizationValueEndpoints,
];

const endpointsOfRepositories: readonly RepositoryEndpoint[] = [
  ...repositoryEndpoints,
  ...featureEndpoints,
  ...pagesEndpoints,
  ...deployKeyEndpoints,
  ...actionsEndpoints,
  ...environmentEndpoints,
  ...branchEndpoints,
  ...refEndpoints,
  ...commitEndpoints,
  ...contentEndpoints,
  ...collaboratorEndpoints,
  ...hookEndpoints,
  ...rulesetEndpoints,
];

/** What the API needs besides what its endpoints work with. */
export interface ApiOptions {
  readonly services: Services;
  readonly token: AccessToken;
  readonly log: AccessLog;
}

/** Registers GitHub's REST API. */
export function registerGitHubApi(app: FastifyInstance, options: ApiOptions): void {
  for (const root of roots) {
    for (const endpoint of generalEndpoints) {
      app.route({
        method: endpoint.method,
        url: `${root}${endpoint.path}`,
        handler: (request, reply) =>
          respond(options, root, endpoint.docs, request, reply, (call) => {
            if (endpoint.access === "signed-in") requireSignIn(call);
            return endpoint.run(call);
          }),
      });
    }
    for (const endpoint of endpointsOfRepositories) {
      // A repository that was renamed is led to by its number.
      for (const base of ["/repos/:owner/:repo", "/repositories/:repository_id"]) {
        app.route({
          method: endpoint.method,
          url: `${root}${base}${endpoint.below}`,
          handler: (request, reply) =>
            respond(options, root, endpoint.docs, request, reply, (call) => runOnRepository(endpoint, call)),
        });
      }
    }
  }
  app.setNotFoundHandler((request, reply) =>
    respond(options, rootOf(request.url), "", request, reply, () => {
      throw notFound();
    }),
  );
  app.setErrorHandler((error, request, reply) =>
    respond(options, rootOf(request.url), "", request, reply, () => {
      throw error;
    }),
  );
}

function runOnRepository(endpoint: RepositoryEndpoint, call: Call): Answer | Promise<Answer> {
  const { owner = "", repo = "", repository_id: id } = call.params;
  const repository =
    id === undefined ? call.repositories.find(owner, repo) : call.repositories.byId(Number(id));
  const visible = repository?.visibility === "public" || call.identity === "administrator";
  if (repository === undefined || !visible) throw notFound();
  if (id === undefined && repository.name.toLowerCase() !== repo.toLowerCase()) {
    return moved(
      endpoint.method,
      call.urls.api(`/repositories/${repository.id}${call.path.replace(/^\/repos\/[^/]+\/[^/]+/, "")}`),
    );
  }
  if (endpoint.access === "administrators") requireSignIn(call);
  if (repository.archived && endpoint.method !== "GET" && endpoint.whenArchived !== true) {
    throw new GitHubError(403, "Repository was archived so is read-only.");
  }
  return endpoint.run({ ...call, repository });
}

/** https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects */
function moved(method: string, location: string): Answer {
  const status = method === "GET" ? 301 : 307;
  return { status, body: { message: "Moved Permanently", url: location }, headers: { location } };
}

function requireSignIn({ identity }: Call): void {
  if (identity !== "administrator") throw new GitHubError(401, "Requires authentication");
}

async function respond(
  { services, token, log }: ApiOptions,
  root: string,
  docs: string,
  request: FastifyRequest,
  reply: FastifyReply,
  run: (call: Call) => Answer | Promise<Answer>,
): Promise<FastifyReply> {
  const page = docs === "" ? documentation : `${documentation}/${docs}`;
  const url = new URL(request.url, "http://localhost");
  const identity = token.identify(request.headers.authorization);
  let answer: Answer;
  try {
    if (identity === "refused") throw new GitHubError(401, "Bad credentials");
    answer = await run({
      ...services,
      identity,
      params: request.params as Record<string, string>,
      query: url.searchParams,
      headers: request.headers,
      body: request.body,
      path: url.pathname.slice(root.length),
    });
  } catch (error) {
    const problem = asGitHubError(error);
    if (problem.status >= 500) log.failure(`${request.method} ${url.pathname}`, error);
    answer = { status: problem.status, body: problem.body(identity === "refused" ? documentation : page) };
  }
  return send(request, reply, answer, identity === "administrator" ? token : undefined);
}

function asGitHubError(error: unknown): GitHubError {
  if (error instanceof GitHubError) return error;
  // Fastify's own, of a body that is too large or of a URL that cannot be read.
  const { statusCode } = error as { statusCode?: number };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new GitHubError(statusCode, (error as Error).message);
  }
  return new GitHubError(500, "Server Error");
}

/** @param token of a caller who is signed in */
function send(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
  token: AccessToken | undefined,
): FastifyReply {
  const { limit, remaining, reset, used } = rateLimit();
  reply.code(answer.status).headers({
    "x-github-request-id": randomBytes(10)
      .toString("hex")
      .toUpperCase()
      .replaceAll(/(.{4})(?=.)/g, "$1:"),
    "x-github-media-type": "github.v3; format=json",
    "x-github-enterprise-version": serverVersion,
    "x-ratelimit-limit": limit,
    "x-ratelimit-remaining": remaining,
    "x-ratelimit-reset": reset,
    "x-ratelimit-used": used,
    "x-ratelimit-resource": "core",
    "cache-control": `${token === undefined ? "public" : "private"}, max-age=60, s-maxage=60`,
    vary: "Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding",
    ...(token && tokenHeaders(token)),
    ...answer.headers,
  });
  if (answer.body === undefined) return reply.send();
  const raw = typeof answer.body === "string" || Buffer.isBuffer(answer.body);
  if (!raw) reply.type("application/json; charset=utf-8");
  const content = raw ? answer.body : JSON.stringify(answer.body);
  if (request.method === "GET" && answer.status === 200) {
    const tag = entityTag(content);
    reply.header("etag", tag);
    if (matchesTag(request.headers["if-none-match"], tag))
      return reply.code(304).removeHeader("content-type").send();
  }
  return reply.send(content);
}

/** A fine-grained token has no scopes, and one without an end no such header. */
function tokenHeaders({ scopes, endsAt }: AccessToken): Record<string, string> {
  const day = endsAt?.toISOString().replace("T", " ").replace(/\..*/, " UTC");
  return {
    ...(scopes && { "x-oauth-scopes": scopes.join(", ") }),
    ...(day !== undefined && { "github-authentication-token-expiration": day }),
  };
}

function rootOf(url: string): string {
  return url.startsWith("/api/v3/") ? "/api/v3" : "";
}
