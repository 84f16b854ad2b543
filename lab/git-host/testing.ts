/** A host of its own for a test, and clients of it. Nothing that serves loads this. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateEd25519Key } from "../ssh-keys/private-key.ts";
import { gitEnvironment } from "./git-command.ts";
import { type GitHost, createGitHost } from "./git-host.ts";
import { GitHubDescription } from "./github/openapi.ts";

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

/** How a command ended. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A host in a folder of its own, with `acme` as organisation. Every JSON answer is held against the description. */
export class TestHost {
  readonly directory: string;
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
    this.directory = directory;
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

  /** A folder for a client's files. */
  async folder(name: string): Promise<string> {
    const path = join(this.directory, name);
    await mkdir(path, { recursive: true });
    return path;
  }

  /** Runs git as a client of nobody's configuration. */
  git(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> {
    const identity = [
      "-c",
      "user.name=Test",
      "-c",
      "user.email=test@example.com",
      "-c",
      "init.defaultBranch=main",
    ];
    return run("git", ["-C", folder, ...identity, ...args], gitEnvironment(env));
  }

  /** As `git`, and fails when it does. */
  async gitOk(folder: string, args: readonly string[], env?: Record<string, string>): Promise<string> {
    const { exitCode, stderr, stdout } = await this.git(folder, args, env);
    if (exitCode !== 0) throw new Error(`git ${args.join(" ")} ended with ${String(exitCode)}: ${stderr}`);
    return stdout.trim();
  }

  /** A folder with one commit on `main`. */
  async working(
    name: string,
    files: Readonly<Record<string, string | Buffer>> = { "README.md": "hello\n" },
  ): Promise<string> {
    const path = await this.folder(name);
    for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content);
    await this.gitOk(path, ["init", "--quiet"]);
    await this.gitOk(path, ["add", "."]);
    await this.gitOk(path, ["commit", "--quiet", "-m", "first"]);
    return path;
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

  /** A new key pair: the public key, and the environment that lets git and ssh use the private one. */
  async key(name: string): Promise<{ publicKey: string; file: string; env: Record<string, string> }> {
    const pair = await generateEd25519Key();
    const file = join(await this.folder("keys"), name);
    await writeFile(file, pair.privateKeyOpenssh, { mode: 0o600 });
    return {
      publicKey: pair.publicKeyOpenssh.trim(),
      file,
      env: { GIT_SSH_COMMAND: ["ssh", ...this.sshOptions(file)].join(" ") },
    };
  }

  /** What ssh needs to talk to the host with one key, and nothing of the machine's own. */
  sshOptions(keyFile: string): string[] {
    const options = {
      IdentitiesOnly: "yes",
      IdentityAgent: "none",
      BatchMode: "yes",
      StrictHostKeyChecking: "yes",
      UserKnownHostsFile: this.host.knownHostsFile,
      GlobalKnownHostsFile: "/dev/null",
    };
    return [
      "-F",
      "none",
      "-i",
      keyFile,
      ...Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
    ];
  }
}

/** Runs a command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<CommandResult> {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { exitCode, stdout, stderr };
}
