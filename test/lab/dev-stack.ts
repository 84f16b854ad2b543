/** The dev stack on a test's lab: what people do with it, and what it has to look like afterwards. */
import { join } from "node:path";
import { expect } from "vitest";
import { conditionOf } from "../../scripts/kubectl.ts";
import { attempt, gitEnvironment, run, type Ended, type Env, type TestLab } from "./commands.ts";

/** Repositories of the dev stack. */
export const repositories = ["spring-app", "helm", "flux-cd"] as const;

/** A deploy key as GitHub's API gives it. */
export interface DeployKey {
  readonly id: number;
  readonly title: string;
  readonly key: string;
}

/** The dev stack on a lab. */
export class DevStack {
  readonly lab: TestLab;
  readonly #env: Env;
  readonly #config: readonly string[];
  #clones = 0;

  /**
   * @param options.env of Pulumi, where it is another one than the lab's
   * @param options.configFile instead of Pulumi.dev.yaml
   */
  constructor(lab: TestLab, options: { env?: Env; configFile?: string } = {}) {
    this.lab = lab;
    this.#env = options.env ?? lab.env;
    this.#config = options.configFile === undefined ? [] : ["--config-file", options.configFile];
  }

  /** `npm run demo`, without npm. */
  demo(): Promise<Ended> {
    const { root, checkout } = this.lab.lab.paths;
    return attempt({ ...this.lab.env, SLIPWAY_LAB: root }, "node", ["scripts/demo.ts"], checkout);
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

  /** An answer of the Git host's API. */
  async api<T>(path: string, method = "GET", body?: unknown): Promise<T> {
    const { env } = this.lab;
    const response = await fetch(`${env["GITHUB_BASE_URL"] ?? ""}api/v3${path}`, {
      method,
      headers: { authorization: `Bearer ${env["GITHUB_TOKEN"] ?? ""}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  keysOf(repository: string): Promise<DeployKey[]> {
    return this.api(`/repos/acme/${repository}/keys`);
  }

  /** A clone of a repository, with the rights of the lab's administrator. */
  async clone(repository: string): Promise<Clone> {
    const git = gitEnvironment(this.lab.env, { token: this.lab.env["GITHUB_TOKEN"] ?? "" });
    const folder = join(this.lab.scratch, `${repository}-${++this.#clones}`);
    const address = `${this.lab.env["GITHUB_BASE_URL"] ?? ""}acme/${repository}.git`;
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
    const keys = await Promise.all(repositories.map((name) => this.keysOf(name)));
    expect(keys.map(({ length }) => length)).toEqual([0, 1, 2]);
    const { variables } = await this.api<{ variables: unknown[] }>(
      "/repos/acme/spring-app/actions/variables?per_page=30",
    );
    expect(variables).toHaveLength(6);
    for (const name of repositories) {
      expect((await this.api<{ topics: string[] }>(`/repos/acme/${name}`)).topics).toContain(
        "slipway-stack-dev",
      );
    }
    expect(conditionOf(await this.sync(), "Ready")?.status).toBe("True");
  }
}

/** A clone, and Git in it. */
export interface Clone {
  readonly folder: string;
  readonly git: (...args: string[]) => Promise<string>;
}
