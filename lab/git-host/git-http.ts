/** Git's smart HTTP protocol, by git's own CGI program: https://git-scm.com/docs/git-http-backend */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import type { AccessToken } from "./access-token.ts";
import { readCgiHead } from "./cgi.ts";
import { gitEnvironment } from "./git-command.ts";
import type { Repositories } from "./repositories.ts";
import type { Repository } from "./store.ts";

/** One request of a Git client. */
export interface GitHttpRequest {
  readonly owner: string;
  readonly name: string;
  readonly file: "info/refs" | "git-upload-pack" | "git-receive-pack";
  /** What the client wants to do; undefined is the old protocol without a service. */
  readonly service: "git-upload-pack" | "git-receive-pack" | undefined;
}

const requestPattern = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

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
  readonly #token: AccessToken;
  readonly #children = new Set<ChildProcessWithoutNullStreams>();

  constructor(repositories: Repositories, token: AccessToken) {
    this.#repositories = repositories;
    this.#token = token;
  }

  /** Answers one request: readers of public repositories need no token, everybody else does. */
  async handle(wanted: GitHttpRequest, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const repository = this.#repositories.find(wanted.owner, wanted.name);
    const refusal = this.#refusal(wanted, request, repository);
    if (refusal !== undefined || repository === undefined) {
      const [status, text] = refusal ?? [404, "Repository not found."];
      refuse(request, response, status, text);
      return;
    }
    await this.#serve(repository, wanted, request, response);
  }

  /** Ends what is still being served. */
  close(): void {
    for (const child of this.#children) child.kill();
  }

  #refusal(
    wanted: GitHttpRequest,
    request: IncomingMessage,
    repository: Repository | undefined,
  ): [status: number, text: string] | undefined {
    const identity = this.#token.identify(request.headers.authorization);
    if (identity === "refused") return [401, "Invalid username or token."];
    const writes = wanted.service === "git-receive-pack";
    if (identity === "anonymous" && (writes || repository?.visibility !== "public"))
      return [401, "Authentication required."];
    if (repository === undefined) return [404, "Repository not found."];
    if (wanted.service === undefined)
      return [403, "Please upgrade your git client: the dumb protocol is not served."];
    if (request.method !== (wanted.file === "info/refs" ? "GET" : "POST"))
      return [405, "Method not allowed."];
    if (writes && repository.archived) return [403, "This repository was archived so it is read-only."];
    return undefined;
  }

  async #serve(
    repository: Repository,
    wanted: GitHttpRequest,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const pushes = wanted.file === "git-receive-pack";
    if (pushes) await this.#repositories.observe(repository);
    const child = spawn("git", ["http-backend"], {
      env: gitEnvironment(this.#cgiEnvironment(repository, wanted, request)),
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

  #cgiEnvironment(
    repository: Repository,
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

function refuse(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  // What the client still sends is read and dropped, so that it gets to see the answer.
  request.resume();
  if (status === 401) response.setHeader("WWW-Authenticate", 'Basic realm="GitHub"');
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
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
