/** A host of its own for a test, and clients of it. Nothing that serves loads this. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GitHost, createGitHost } from "./git-host.ts";
import { GitHubDescription } from "./github/openapi.ts";
import { TestClients } from "./test-clients.ts";

export { run } from "./test-clients.ts";

/** One answer, read. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, text of another type, or undefined when there is no body. */
  readonly body: unknown;
}

/** How a request is made. */
export interface TestRequest {
  /** The host's token, unless given; null is none. */
  readonly token?: string | null;
  readonly headers?: Record<string, string>;
  readonly redirect?: "follow" | "manual";
  /** Sent as it is, instead of a body made of an object. */
  readonly text?: string;
}

/** A host in a folder of its own, with `acme` as organisation. Every JSON answer is held against the description. */
export class TestHost extends TestClients {
  /** What the host wrote. */
  readonly lines: string[];
  /** What was wrong with the answers so far. */
  readonly problems: string[] = [];
  host: GitHost;
  readonly #descriptions: readonly GitHubDescription[];

  private constructor(
    directory: string,
    lines: string[],
    host: GitHost,
    descriptions: readonly GitHubDescription[],
  ) {
    super(directory);
    this.lines = lines;
    this.host = host;
    this.#descriptions = descriptions;
  }

  /**
   * @param descriptions of the package @octokit/openapi; answers are not checked without any
   */
  static async start(descriptions: readonly string[] = []): Promise<TestHost> {
    const directory = await mkdtemp(join(tmpdir(), "git-host-"));
    const lines: string[] = [];
    const host = await TestHost.#serve(directory, lines);
    return new TestHost(
      directory,
      lines,
      host,
      descriptions.map((name) => new GitHubDescription(name)),
    );
  }

  static #serve(directory: string, lines: string[]): Promise<GitHost> {
    return createGitHost({
      directory: join(directory, "host"),
      httpPort: 0,
      sshPort: 0,
      owners: ["acme"],
      writeLine: (line) => lines.push(line),
    });
  }

  /** Stops the host and starts one on the same data. */
  async restart(): Promise<void> {
    await this.host.close();
    this.host = await TestHost.#serve(this.directory, this.lines);
  }

  /** Stops the host and removes everything. */
  async stop(): Promise<void> {
    await this.host.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Calls the API, as GitHub Enterprise Server has it. */
  async call(method: string, path: string, body?: object, request: TestRequest = {}): Promise<TestAnswer> {
    const { token = this.host.token } = request;
    const content = request.text ?? (body === undefined ? null : JSON.stringify(body));
    const response = await fetch(`${this.host.url}/api/v3${path}`, {
      method,
      body: content,
      redirect: request.redirect ?? "follow",
      headers: {
        ...(token !== null && { authorization: `token ${token}` }),
        ...(content !== null && { "content-type": "application/json" }),
        ...request.headers,
      },
    });
    const text = await response.text();
    const contentType = response.headers.get("content-type");
    const json = contentType?.startsWith("application/json") === true;
    const parsed: unknown = text === "" ? undefined : json ? JSON.parse(text) : text;
    const observed = {
      method,
      path: path.split("?", 1)[0] ?? "",
      status: response.status,
      contentType,
      body: parsed,
    };
    for (const description of this.#descriptions) this.problems.push(...description.problems(observed));
    return { status: response.status, headers: response.headers, body: parsed };
  }

  /** Makes a repository of `acme`. */
  async repository(name: string, fields: object = {}): Promise<void> {
    const { status } = await this.call("POST", "/orgs/acme/repos", {
      name,
      visibility: "private",
      ...fields,
    });
    if (status !== 201) throw new Error(`Creating ${name} was answered with ${status}.`);
  }

  /** The address of a repository of `acme` over HTTP; with the token as a header's value for git, apart from it. */
  http(name: string): string {
    return `${this.host.url}/acme/${name}.git`;
  }

  /** Lets git send a token over HTTP without putting it into arguments. */
  withToken(token = this.host.token): Record<string, string> {
    const credentials = Buffer.from(`x-access-token:${token}`).toString("base64");
    return {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "http.extraHeader",
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
    };
  }

  ssh(name: string): string {
    return `${this.host.sshUrl}/acme/${name}.git`;
  }
}
