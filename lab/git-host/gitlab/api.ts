/** GitLab's REST API v4, as the Enterprise Edition has it, without a licence unless it gets one: https://docs.gitlab.com/api/rest/ */
import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AccessLog } from "../access-log.ts";
import { entityTag, matchesTag } from "../entity-tag.ts";
import { approvalRuleEndpoints } from "./approval-rule-endpoints.ts";
import { approvalSettingsEndpoints } from "./approval-settings-endpoints.ts";
import { type Caller, groupRole, identify, maySee, roleIn } from "./caller.ts";
import { commitStatusEndpoints } from "./commit-status-endpoints.ts";
import { deployKeyEndpoints } from "./deploy-key-endpoints.ts";
import type { Answer, Call, GeneralEndpoint, GroupEndpoint, ProjectEndpoint, Services } from "./endpoint.ts";
import {
  GitLabError,
  forbidden,
  insufficientScope,
  notFound,
  refused,
  unauthorized,
} from "./gitlab-error.ts";
import { hookEndpoints } from "./hook-endpoints.ts";
import { jobTokenScopeEndpoints } from "./job-token-scope-endpoints.ts";
import { licenseEndpoints } from "./license-endpoints.ts";
import { memberEndpoints } from "./member-endpoints.ts";
import { groupEndpoints, namespaceEndpoints } from "./namespace-endpoints.ts";
import { projectEndpoints, projectsEndpoints } from "./project-endpoints.ts";
import { protectedBranchEndpoints } from "./protected-branch-endpoints.ts";
import { repositoryEndpoints } from "./repository-endpoints.ts";
import { groupRunnerEndpoints, runnerEndpoints } from "./runner-endpoints.ts";
import { accessLevels } from "./state.ts";
import { tokenEndpoints } from "./token-endpoints.ts";
import { userEndpoints } from "./user-endpoints.ts";
import { groupVariableEndpoints, variableEndpoints } from "./variable-endpoints.ts";

const root = "/api/v4";

const generalEndpoints: readonly GeneralEndpoint[] = [
  ...userEndpoints,
  ...namespaceEndpoints,
  ...projectsEndpoints,
  ...licenseEndpoints,
];

const endpointsOfGroups: readonly GroupEndpoint[] = [
  ...groupEndpoints,
  ...groupVariableEndpoints,
  ...groupRunnerEndpoints,
  ...memberEndpoints,
];

const endpointsOfProjects: readonly ProjectEndpoint[] = [
  ...projectEndpoints,
  ...deployKeyEndpoints,
  ...variableEndpoints,
  ...protectedBranchEndpoints,
  ...approvalRuleEndpoints,
  ...approvalSettingsEndpoints,
  ...jobTokenScopeEndpoints,
  ...tokenEndpoints,
  ...hookEndpoints,
  ...repositoryEndpoints,
  ...commitStatusEndpoints,
  ...runnerEndpoints,
];

/** What the API needs. */
export interface ApiOptions {
  readonly services: Services;
  readonly log: AccessLog;
}

/** Registers GitLab's REST API. */
export function registerGitLabApi(app: FastifyInstance, options: ApiOptions): void {
  for (const endpoint of generalEndpoints) {
    app.route({
      method: endpoint.method,
      url: `${root}${endpoint.path}`,
      handler: (request, reply) =>
        respond(options, request, reply, (call) =>
          endpoint.run({ ...call, caller: signedIn(call.caller, endpoint) }),
        ),
    });
  }
  for (const endpoint of endpointsOfGroups) {
    app.route({
      method: endpoint.method,
      url: `${root}/groups/:id${endpoint.below}`,
      handler: (request, reply) => respond(options, request, reply, (call) => runOnGroup(endpoint, call)),
    });
  }
  for (const endpoint of endpointsOfProjects) {
    app.route({
      method: endpoint.method,
      url: `${root}/projects/:id${endpoint.below}`,
      handler: (request, reply) => respond(options, request, reply, (call) => runOnProject(endpoint, call)),
    });
  }
  app.setNotFoundHandler((request, reply) =>
    respond(options, request, reply, () => {
      throw new GitLabError(404, { error: "404 Not Found" });
    }),
  );
  app.setErrorHandler((error, request, reply) =>
    respond(options, request, reply, () => {
      throw error;
    }),
  );
}

function runOnGroup(endpoint: GroupEndpoint, call: Call): Answer | Promise<Answer> {
  const caller = signedIn(call.caller, endpoint);
  const group = call.namespaces.group(call.params["id"] ?? "");
  const role = group === undefined ? 0 : groupRole(call.namespaces.fullPath(group), caller.user);
  if (group === undefined || !(role > 0 || group.visibility !== "private")) throw notFound("Group");
  if (role < accessLevels.owner && endpoint.method !== "GET") throw forbidden();
  return endpoint.run({ ...call, caller, group });
}

function runOnProject(endpoint: ProjectEndpoint, call: Call): Answer | Promise<Answer> {
  const { id = "" } = call.params;
  const user = call.caller?.user;
  if (endpoint.role !== "everybody" || call.caller !== undefined) signedIn(call.caller, endpoint);
  const found = call.projects.find(id);
  if (found === undefined || !maySee(found.repository, user)) throw notFound("Project");
  const { project, repository } = found;
  const path = `${repository.owner}/${repository.name}`;
  if (!/^\d+$/.test(id) && path.toLowerCase() !== id.toLowerCase()) {
    if (endpoint.method !== "GET") throw refused(405, "Non GET methods are not allowed for moved projects");
    const location = call.urls.api(call.path.replace(/^\/projects\/[^/]+/, `/projects/${project.id}`));
    return {
      status: 302,
      body: `This resource has been moved temporarily to ${location}`,
      headers: { location },
    };
  }
  if (endpoint.role !== "everybody" && roleIn(repository, user) < endpoint.role) throw forbidden();
  return endpoint.run({ ...call, project, repository });
}

/**
 * Somebody with a token that may call the endpoint.
 *
 * @throws GitLabError 401 for nobody, 403 for a token without the scope
 */
function signedIn(
  caller: Caller | undefined,
  {
    method,
    scopes = method === "GET" ? ["api", "read_api"] : ["api"],
  }: Pick<GeneralEndpoint, "method" | "scopes">,
): Caller {
  if (caller === undefined) throw unauthorized();
  if (!scopes.some((scope) => caller.token.scopes.includes(scope))) throw insufficientScope(scopes);
  return caller;
}

async function respond(
  { services, log }: ApiOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  run: (call: Call) => Answer | Promise<Answer>,
): Promise<FastifyReply> {
  const url = new URL(request.url, "http://localhost");
  const began = performance.now();
  let answer: Answer;
  try {
    answer = await run({
      ...services,
      caller: identify(services.tokens, request.headers, url.searchParams),
      params: request.params as Record<string, string>,
      query: url.searchParams,
      headers: request.headers,
      body: (request.body ?? {}) as Record<string, unknown>,
      path: url.pathname.slice(root.length),
    });
  } catch (error) {
    const problem = asGitLabError(error);
    if (problem.status >= 500) log.failure(`${request.method} ${url.pathname}`, error);
    answer = { status: problem.status, body: problem.body };
  }
  return send(request, reply, answer, performance.now() - began);
}

function asGitLabError(error: unknown): GitLabError {
  if (error instanceof GitLabError) return error;
  // Fastify's own, of a body that is too large or of a URL that cannot be read, and of a body that is no JSON.
  const { statusCode } = error as { statusCode?: number };
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new GitLabError(statusCode, { error: (error as Error).message });
  }
  return refused(500, "500 Internal Server Error");
}

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
  milliseconds: number,
): FastifyReply {
  const id = randomBytes(13).toString("hex").toUpperCase();
  reply.code(answer.status).headers({
    "cache-control": answer.status === 200 ? "max-age=0, private, must-revalidate" : "no-cache",
    vary: "Origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "x-gitlab-meta": JSON.stringify({ correlation_id: id, version: "1" }),
    "x-request-id": id,
    "x-runtime": (milliseconds / 1000).toFixed(6),
    ...answer.headers,
  });
  if (answer.body === undefined) return reply.send();
  const raw = typeof answer.body === "string" || Buffer.isBuffer(answer.body);
  if (!raw) reply.type("application/json");
  else if (answer.headers?.["content-type"] === undefined) reply.type("text/plain");
  const content = raw ? answer.body : JSON.stringify(answer.body);
  if (request.method === "GET" && answer.status === 200) {
    const tag = entityTag(content);
    reply.header("etag", tag);
    if (matchesTag(request.headers["if-none-match"], tag))
      return reply.code(304).removeHeader("content-type").send();
  }
  return reply.send(content);
}
