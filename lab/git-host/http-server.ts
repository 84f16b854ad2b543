import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import fastify, { type FastifyInstance } from "fastify";
import type { AccessLog } from "./access-log.ts";
import type { AccessToken } from "./access-token.ts";
import { Faults, misbehave } from "./faults.ts";
import { type GitHttp, type GitHttpRequest, parseGitUrl } from "./git-http.ts";

/** Largest body of an API request, in bytes. Git's own have no limit. */
const largestBody = 4 * 1024 * 1024;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The HTTP port: Git clients' requests go to git, all others to the API. */
export class HttpServer {
  readonly #git: GitHttp;
  readonly #log: AccessLog;
  readonly #token: AccessToken;
  readonly #server: Server;
  /** What a test makes go wrong. */
  readonly faults = new Faults();
  #app: FastifyInstance | undefined;
  #handler: Handler | undefined;

  /** @param token of the administrator, who may order faults */
  constructor(git: GitHttp, log: AccessLog, token: AccessToken) {
    this.#git = git;
    this.#log = log;
    this.#token = token;
    this.#server = createServer((request, response) => this.#handle(request, response));
    // A large push takes as long as it takes.
    this.#server.requestTimeout = 0;
  }

  /**
   * Takes a port of 127.0.0.1.
   *
   * @param port 0 takes any free one
   * @returns the port
   */
  async reserve(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * Begins to answer; until then clients get 503.
   *
   * @param register adds the API's routes
   * @param parseBody reads the text of a body, whatever the client calls its type
   */
  async serve(
    register: (app: FastifyInstance) => void,
    parseBody: (text: string, contentType: string) => unknown,
  ): Promise<void> {
    let handler: Handler | undefined;
    const app = fastify({
      bodyLimit: largestBody,
      exposeHeadRoutes: true,
      routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1000 },
      serverFactory: (appHandler) => {
        handler = appHandler;
        return this.#server;
      },
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "string" }, (request, body, done) => {
      try {
        done(null, parseBody(body.toString(), request.headers["content-type"] ?? ""));
      } catch (error) {
        done(error as Error);
      }
    });
    register(app);
    await app.ready();
    this.#app = app;
    this.#handler = handler;
  }

  /** Stops listening, and ends every connection. */
  async close(): Promise<void> {
    this.#handler = undefined;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    await this.#app?.close();
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const { method = "GET", url = "/" } = request;
    const git = gitRequest(url);
    const service = git?.file === "info/refs" ? `?service=${git.service ?? "none"}` : "";
    response.once("close", () => {
      const outcome = response.writableFinished ? response.statusCode : `${response.statusCode} aborted`;
      this.#log.note("http", method, `${url.split("?", 1)[0] ?? "/"}${service}`, outcome);
    });
    if (this.#handler === undefined) {
      response.writeHead(503).end();
      return;
    }
    if (this.faults.order(this.#token, request, response)) return;
    const work = () => this.#work(git, request, response);
    const fault = this.faults.take(method, url);
    if (fault === undefined) work();
    else void misbehave(fault, request, response, work);
  }

  #work(git: GitHttpRequest | undefined, request: IncomingMessage, response: ServerResponse): void {
    if (git === undefined) {
      this.#handler?.(request, response);
    } else {
      const { method = "GET" } = request;
      this.#git.handle(git, request, response).catch((error: unknown) => {
        this.#log.failure(`${method} ${git.owner}/${git.name}/${git.file}`, error);
        if (response.headersSent) response.destroy();
        else response.writeHead(500).end();
      });
    }
  }
}

function gitRequest(url: string): GitHttpRequest | undefined {
  try {
    return parseGitUrl(url);
  } catch {
    // A URL that cannot be read is the API's to refuse.
    return undefined;
  }
}
