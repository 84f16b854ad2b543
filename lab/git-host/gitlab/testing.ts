/** A GitLab of its own for a test, and clients of it. Nothing that serves loads this. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestClients } from "../test-clients.ts";
import { type GitLabHost, createGitLabHost } from "./gitlab-host.ts";

/** One answer, read. */
export interface GitLabAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, text of another type, or undefined when there is no body. */
  readonly body: unknown;
}

/** How a request is made. */
export interface GitLabRequest {
  /** The host's token, unless given; null is none. */
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
  readonly redirect?: "follow" | "manual";
  /** Sent as it is, instead of a body made of an object. */
  readonly text?: string;
}

/** A host in a folder of its own, with `acme` as group. */
export class GitLabTestHost extends TestClients {
  /** What the host wrote. */
  readonly lines: string[];
  host: GitLabHost;

  private constructor(directory: string, lines: string[], host: GitLabHost) {
    super(directory);
    this.lines = lines;
    this.host = host;
  }

  static async start(): Promise<GitLabTestHost> {
    const directory = await mkdtemp(join(tmpdir(), "gitlab-host-"));
    const lines: string[] = [];
    return new GitLabTestHost(directory, lines, await GitLabTestHost.#serve(directory, lines));
  }

  static #serve(directory: string, lines: string[]): Promise<GitLabHost> {
    return createGitLabHost({
      directory: join(directory, "host"),
      httpPort: 0,
      sshPort: 0,
      owners: ["acme"],
      writeLine: (line) => lines.push(line),
    });
  }

  /** Stops the host and starts one on the same data, with what is done to them meanwhile. */
  async restart(meanwhile?: () => Promise<void>): Promise<void> {
    await this.host.close();
    await meanwhile?.();
    this.host = await GitLabTestHost.#serve(this.directory, this.lines);
  }

  /** Stops the host and removes everything. */
  async stop(): Promise<void> {
    await this.host.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Calls the API. */
  async call(
    method: string,
    path: string,
    body?: object,
    request: GitLabRequest = {},
  ): Promise<GitLabAnswer> {
    const { token = this.host.token } = request;
    const content = request.text ?? (body === undefined ? null : JSON.stringify(body));
    const response = await fetch(`${this.host.url}/api/v4${path}`, {
      method,
      body: content,
      redirect: request.redirect ?? "follow",
      headers: {
        ...(token !== null && { "private-token": token }),
        ...(content !== null && { "content-type": "application/json" }),
        ...request.headers,
      },
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.startsWith("application/json") === true;
    const parsed: unknown = text === "" ? undefined : json ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: parsed };
  }

  /** Makes a project, in the group `acme` unless another namespace is given; its id. */
  async project(path: string, fields: object = {}): Promise<number> {
    const group = await this.call("GET", "/groups/acme");
    const { status, body } = await this.call("POST", "/projects", {
      path,
      namespace_id: (group.body as { id: number }).id,
      ...fields,
    });
    if (status !== 201)
      throw new Error(`Creating ${path} was answered with ${status}: ${JSON.stringify(body)}`);
    return (body as { id: number }).id;
  }

  /** The address of a project over HTTP, by its full path. */
  http(path: string): string {
    return `${this.host.url}/${path}.git`;
  }

  ssh(path: string): string {
    return `${this.host.sshUrl}/${path}.git`;
  }

  /** Lets git log in over HTTP without putting a password into arguments. */
  withToken(password = this.host.token, username = "oauth2"): Record<string, string> {
    const credentials = Buffer.from(`${username}:${password}`).toString("base64");
    return {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "http.extraHeader",
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
    };
  }
}
