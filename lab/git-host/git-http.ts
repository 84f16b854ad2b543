/** Git's smart HTTP protocol, by git's own CGI program: https://git-scm.com/docs/git-http-backend */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { readCgiHead } from "./cgi.ts";
import type { GitHttpAccess, Granted, GitRequest } from "./git-access.ts";
import { gitEnvironment } from "./git-command.ts";
import type { Repositories } from "./repositories.ts";

/** One request of a Git client. */
export interface GitHttpRequest extends Omit<GitRequest, "service"> {
  readonly file: "info/refs" | "git-upload-pack" | "git-receive-pack";
  /** What the client wants to do; undefined is the old protocol without a service. */
  readonly service: GitRequest["service"] | undefined;
}

const requestPattern =
  /^\/([^/]+(?:\/[^/]+)*)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Recognises the URL of a Git client's request; undefined for any other. */
export function parseGitUrl(url: string): GitHttpRequest | undefined {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const [, owner, name, file] = requestPattern.exec(pathname) ?? [];
  if (owner === undefined || name === undefined || file === undefined) return undefined;
  const service = file === "info/refs" ? searchParams.get("service") : file;
  return {
    owner,
    name,
    file: file as GitHttpRequest["file"],
    service: service === "git-upload-pack" || service === "git-receive-pack" ? service : undefined,
  };
}

/** Serves Git clients over HTTP. */
export class GitHttp {
  readonly #repositories: Repositories;
  readonly #access: GitHttpAccess;
  readonly #children = new Set<ChildProcessWithoutNullStreams>();

  constructor(repositories: Repositories, access: GitHttpAccess) {
    this.#repositories = repositories;
    this.#access = access;
  }

  /** Answers one request. */
  async handle(wanted: GitHttpRequest, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const verdict = await this.#access.judge(wanted, request.headers.authorization);
    const refusal: readonly [status: number, text: string] | undefined =
      "refusal" in verdict ? [verdict.status, verdict.refusal] : protocolError(wanted, request);
    if (refusal !== undefined) this.#refuse(request, response, ...refusal);
    else if ("repository" in verdict) await this.#serve(verdict, wanted, request, response);
  }

  /** Ends what is still being served. */
  close(): void {
    for (const child of this.#children) child.kill();
  }

  async #serve(
    granted: Granted,
    wanted: GitHttpRequest,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { repository } = granted;
    const pushes = wanted.file === "git-receive-pack";
    if (pushes) await this.#repositories.observe(repository);
    const child = spawn("git", ["http-backend"], {
      env: gitEnvironment(this.#cgiEnvironment(granted, wanted, request)),
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#children.add(child);
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
    const failed = new Promise<never>((_, reject) => child.once("error", reject));
    failed.catch(() => undefined);
    response.once("close", () => {
      if (!response.writableFinished) child.kill();
    });
    try {
      child.stderr.resume();
      feed(request, child.stdin);
      const head = await Promise.race([readCgiHead(child.stdout), failed]);
      response.writeHead(head.status, head.headers);
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        if (response.destroyed) break;
        if (!response.write(chunk)) await drained(response);
      }
      await closed;
    } catch (error) {
      // Nobody is there to be told of what a client's own leaving brought about.
      if (!response.destroyed) throw error;
    } finally {
      child.kill();
      this.#children.delete(child);
      if (pushes) await this.#repositories.settle(repository);
    }
    // The client sees the end of the answer only when the push has been noted.
    response.end();
  }

  #refuse(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
    // What the client still sends is read and dropped, so that it gets to see the answer.
    request.resume();
    if (status === 401) response.setHeader("WWW-Authenticate", `Basic realm="${this.#access.realm}"`);
    response.writeHead(status, {
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Length": Buffer.byteLength(text),
    });
    response.end(text);
  }

  #cgiEnvironment(
    { repository, environment }: Granted,
    wanted: GitHttpRequest,
    request: IncomingMessage,
  ): Record<string, string> {
    const { headers } = request;
    const optional = {
      CONTENT_TYPE: headers["content-type"],
      CONTENT_LENGTH: headers["content-length"],
      HTTP_CONTENT_ENCODING: headers["content-encoding"],
      GIT_PROTOCOL: headers["git-protocol"]?.toString(),
    };
    return {
      ...environment,
      GIT_PROJECT_ROOT: this.#repositories.directory,
      GIT_HTTP_EXPORT_ALL: "1",
      // The path of the store's own spelling, never what the client wrote.
      PATH_INFO: `/${repository.owner}/${repository.name}.git/${wanted.file}`,
      QUERY_STRING:
        wanted.file === "info/refs" && wanted.service !== undefined ? `service=${wanted.service}` : "",
      REQUEST_METHOD: request.method ?? "GET",
      REMOTE_USER: "git",
      REMOTE_ADDR: "127.0.0.1",
      SERVER_PROTOCOL: "HTTP/1.1",
      ...Object.fromEntries(
        Object.entries(optional).filter((pair): pair is [string, string] => pair[1] !== undefined),
      ),
    };
  }
}

/** What is wrong with a request whoever makes it. */
function protocolError(
  wanted: GitHttpRequest,
  request: IncomingMessage,
): readonly [status: number, text: string] | undefined {
  if (wanted.service === undefined)
    return [403, "Please upgrade your git client: the dumb protocol is not served."];
  if (request.method !== (wanted.file === "info/refs" ? "GET" : "POST")) return [405, "Method not allowed."];
  return undefined;
}

/** Passes the request's body on; a backend that refuses early does not read all of it. */
function feed(request: IncomingMessage, stdin: Writable): void {
  stdin.once("error", () => {
    request.unpipe(stdin);
    request.resume();
  });
  request.pipe(stdin);
}

/** Done when the client has taken what was written, or is gone. */
async function drained(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.once("drain", done);
    response.once("close", done);
    if (response.destroyed) done();
  });
}
