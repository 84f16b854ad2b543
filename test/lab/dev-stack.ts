/** The dev stack on a test's lab: what people do with it, and what it has to look like afterwards. */
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { conditionOf } from "../../scripts/kubectl.ts";
import type { HostKind } from "../../scripts/hosted.ts";
import {
  attempt,
  gitEnvironment,
  run,
  type Command,
  type Ended,
  type Env,
  type TestLab,
} from "./commands.ts";

/** Repositories of the dev stack. */
export const repositories = ["spring-app", "helm", "flux-cd"] as const;

/** A deploy key as either host's API gives it. */
export interface DeployKey {
  readonly id: number;
  readonly title: string;
  readonly key: string;
}

/** What differs between the hosts. */
interface Host {
  /** File of the stack's configuration, where it is not the one of its name. */
  readonly file?: string;
  /** What the names of its variables begin with. */
  readonly prefix: string;
  /** Path of the API, and of a repository. */
  readonly api: string;
  readonly repository: (name: string) => string;
  /** Name of a repository's list of keys, and how many there are of each repository. */
  readonly keys: string;
  readonly keyCounts: readonly number[];
  /** Path below the app's repository to the variables of its CI, and how many there are. */
  readonly variables: string;
  readonly variableCount: number;
}

const hosts: Readonly<Record<HostKind, Host>> = {
  github: {
    prefix: "GITHUB",
    api: "api/v3",
    repository: (name) => `/repos/acme/${name}`,
    keys: "keys",
    keyCounts: [0, 1, 2],
    variables: "actions/variables",
    variableCount: 6,
  },
  gitlab: {
    file: "examples/spring-app-gitlab.yaml",
    prefix: "GITLAB",
    api: "api/v4",
    repository: (name) => `/projects/acme%2F${name}`,
    keys: "deploy_keys",
    keyCounts: [0, 0, 2],
    variables: "variables",
    // Secrets are among them.
    variableCount: 8,
  },
};

/** The dev stack on a lab. */
export class DevStack {
  readonly lab: TestLab;
  readonly host: HostKind;
  readonly #host: Host;
  readonly #env: Env;
  readonly #config: readonly string[];

  /**
   * @param options.env of Pulumi, where it is another one than the lab's
   * @param options.host that it is on. Default: GitHub
   * @param options.configFile instead of the host's
   */
  constructor(lab: TestLab, options: { env?: Env; configFile?: string; host?: HostKind } = {}) {
    this.lab = lab;
    this.host = options.host ?? "github";
    this.#host = hosts[this.host];
    this.#env = options.env ?? lab.env;
    const file = options.configFile ?? this.#host.file;
    this.#config = file === undefined ? [] : ["--config-file", file];
  }

  /** `npm run demo`, without npm, for one who is going to kill it or to wait for its end. */
  demoCommand(): Command {
    const { root, checkout } = this.lab.lab.paths;
    const args = ["scripts/demo.ts", "--host", this.host];
    return { command: "node", args, env: { ...this.lab.env, SLIPWAY_LAB: root }, cwd: checkout };
  }

  /** The same for `pulumi up` or `pulumi destroy` of this stack. */
  command(words: readonly string[], more: Env = {}): Command {
    const always = ["--yes", "--skip-preview", "--stack", "dev", "--non-interactive"];
    const args = [...words, ...this.#config, ...always];
    return { command: "pulumi", args, env: { ...this.#env, ...more }, cwd: this.lab.lab.paths.checkout };
  }

  demo(): Promise<Ended> {
    const { command, args, env, cwd } = this.demoCommand();
    return attempt(env, command, args, cwd);
  }

  /** A command of Pulumi for this stack, as somebody types it who has no terminal to be asked at. */
  pulumi(words: readonly string[], more: Env = {}): Promise<Ended> {
    const args = [...words, "--stack", "dev", "--non-interactive"];
    return attempt({ ...this.#env, ...more }, "pulumi", args, this.lab.lab.paths.checkout);
  }

  up(...more: string[]): Promise<Ended> {
    return this.pulumi(["up", "--yes", "--skip-preview", ...this.#config, ...more]);
  }

  async destroy(...more: string[]): Promise<void> {
    const ended = await this.pulumi(["destroy", "--yes", "--skip-preview", ...this.#config, ...more]);
    expect(ended.code, ended.all).toBe(0);
  }

  /** Address of the Git host, and the token of its administrator. */
  get #base(): string {
    return this.lab.env[`${this.#host.prefix}_BASE_URL`] ?? "";
  }
  get #token(): string {
    return this.lab.env[`${this.#host.prefix}_TOKEN`] ?? "";
  }

  /** An answer of the Git host's API. */
  async api<T>(path: string, method = "GET", body?: unknown): Promise<T> {
    const response = await fetch(`${this.#base}${this.#host.api}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  keysOf(repository: string): Promise<DeployKey[]> {
    return this.api(`${this.#host.repository(repository)}/${this.#host.keys}`);
  }

  /** A clone of a repository, with the rights of the lab's administrator. */
  async clone(repository: string): Promise<Clone> {
    const git = gitEnvironment(this.lab.env, { token: this.#token });
    const folder = await mkdtemp(join(this.lab.scratch, `${repository}-`));
    const address = `${this.#base}acme/${repository}.git`;
    await run(git, "git", ["clone", "--quiet", address, folder]);
    return { folder, git: (...args) => run(git, "git", ["-C", folder, ...args]) };
  }

  /** Object names of a repository's commits, newest first. */
  async commitsOf(repository: string): Promise<string[]> {
    const { git } = await this.clone(repository);
    return (await git("log", "--format=%H")).trim().split("\n");
  }

  /** A commit of a team's own, which is to outlive everything. */
  async commitTo(repository: string, message: string): Promise<string> {
    const { git } = await this.clone(repository);
    await git("commit", "--quiet", "--allow-empty", "--message", message);
    await git("push", "--quiet", "origin", "HEAD:main");
    return (await git("rev-parse", "HEAD")).trim();
  }

  sync(): ReturnType<TestLab["object"]> {
    return this.lab.object("kustomizations.kustomize.toolkit.fluxcd.io", "spring-app", "flux-system");
  }

  /** State and world agree, and nothing is there twice. */
  async expectWhole(): Promise<void> {
    const ended = await this.up("--refresh", "--expect-no-changes");
    expect(ended.code, ended.all).toBe(0);
    await this.expectNothingTwice();
  }

  /**
   * The same, but for one change that is left to do.
   *
   * @param change a line of Pulumi's about it, such as an option of a provider that is in the state until a run without it
   */
  async expectWholeBut(change: RegExp): Promise<void> {
    const ended = await this.up("--refresh");
    expect(ended.code, ended.all).toBe(0);
    expect(ended.all).toMatch(change);
    expect(ended.all).toMatch(/Resources:\n +~ 1 updated\n +\d+ unchanged\n/);
    await this.expectNothingTwice();
  }

  /** Nothing is there twice or missing, and Flux delivers. */
  async expectNothingTwice(): Promise<void> {
    const { keyCounts, repository, variables, variableCount } = this.#host;
    const keys = await Promise.all(repositories.map((name) => this.keysOf(name)));
    expect(keys.map(({ length }) => length)).toEqual(keyCounts);
    const answer = await this.api<unknown[] | { variables: unknown[] }>(
      `${repository("spring-app")}/${variables}?per_page=30`,
    );
    expect(Array.isArray(answer) ? answer : answer.variables).toHaveLength(variableCount);
    for (const name of repositories) {
      const { topics } = await this.api<{ topics: string[] }>(repository(name));
      expect(topics).toContain("slipway-stack-dev");
    }
    expect(conditionOf(await this.sync(), "Ready")?.status).toBe("True");
  }
}

/** A clone, and Git in it. */
export interface Clone {
  readonly folder: string;
  readonly git: (...args: string[]) => Promise<string>;
}
