/** A stack with nothing but a Git host's resources, on a bare host: the real Pulumi and providers, and no cluster. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { cleanEnvironment } from "../../lab/environment.ts";
import type { Faults } from "../../lab/git-host/faults.ts";
import { GitLabTestHost } from "../../lab/git-host/gitlab/testing.ts";
import { TestHost } from "../../lab/git-host/testing.ts";
import { checkout, keepCompiled, labPaths } from "../../lab/paths.ts";
import { installPlugins } from "../../lab/plugins.ts";
import { backendUrl, passphrase } from "../../lab/stacks.ts";
import { labTools } from "../../lab/tools.ts";
import { attempt, run, type Ended, type Env } from "./commands.ts";

export type HostKind = "github" | "gitlab";

/** What is on the host, as far as something could be there twice, or be missing. */
export interface OnHost {
  readonly commits: readonly number[];
  readonly topics: readonly string[][];
  /** Titles of the deploy keys of both repositories. */
  readonly keys: readonly string[];
  readonly variables: readonly string[];
  readonly secrets: readonly string[];
  /** Repositories whose CI the charts let in. */
  readonly letIn: number;
}

/** One host, and a stack on it. */
export class HostStack {
  readonly kind: HostKind;
  readonly host: TestHost | GitLabTestHost;
  readonly #folder: string;
  readonly #env: Env;

  private constructor(kind: HostKind, host: TestHost | GitLabTestHost, folder: string, env: Env) {
    this.kind = kind;
    this.host = host;
    this.#folder = folder;
    this.#env = env;
  }

  /** @param program the file beside this one that makes the resources */
  static async start(kind: HostKind, program = "host-program.ts"): Promise<HostStack> {
    const host = kind === "github" ? await TestHost.start() : await GitLabTestHost.start();
    const root = await host.folder("stack");
    const [paths, tools] = [labPaths(root), await labTools([])];
    await installPlugins(paths, tools, {}, () => undefined);
    await mkdir(paths.pulumiState, { recursive: true });
    await writeFile(join(paths.pulumiHome, "logs"), "No logs here.\n");
    const folder = await programFolder(program);
    const clean = cleanEnvironment();
    const path = [join(checkout, "node_modules", ".bin"), join(tools.pulumi, ".."), clean["PATH"] ?? ""];
    const env = {
      ...clean,
      PATH: path.join(delimiter),
      HOST_KIND: kind,
      HOST_URL: `${host.host.url}/`,
      [`${kind.toUpperCase()}_TOKEN`]: host.host.token,
      PULUMI_HOME: paths.pulumiHome,
      PULUMI_BACKEND_URL: backendUrl(paths),
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // As in a lab: Node keeps what it has compiled.
      ...keepCompiled(),
    };
    await run(env, "pulumi", ["stack", "init", "dev", "--non-interactive"], folder);
    return new HostStack(kind, host, folder, env);
  }

  get faults(): Faults {
    return this.host.host.faults;
  }

  async stop(): Promise<void> {
    await this.host.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  pulumi(command: "up" | "destroy" | "preview", args: readonly string[] = [], env: Env = {}): Promise<Ended> {
    const always = [
      "--stack",
      "dev",
      "--non-interactive",
      ...(command === "preview" ? [] : ["--yes", "--skip-preview"]),
    ];
    return attempt({ ...this.#env, ...env }, "pulumi", [command, ...always, ...args], this.#folder);
  }

  /** Path of a repository's API. */
  api(repository: string, below = ""): string {
    const full = this.kind === "github" ? `/repos/acme/${repository}` : `/projects/acme%2F${repository}`;
    return `${full}${below}`;
  }

  /** What the host answers; nothing where there is no such thing. */
  async look<T>(path: string): Promise<T | undefined> {
    const { status, body } = await this.host.call("GET", path);
    return status === 200 ? (body as T) : undefined;
  }

  async onHost(): Promise<OnHost> {
    const both = ["shop", "charts"];
    const github = this.kind === "github";
    const topics = both.map(
      async (name) => (await this.look<{ topics: string[] }>(this.api(name)))?.topics ?? [],
    );
    const keys = both.map((name) =>
      this.look<{ title: string }[]>(this.api(name, github ? "/keys" : "/deploy_keys")),
    );
    const commits = both.map((name) =>
      this.look<unknown[]>(this.api(name, github ? "/commits" : "/repository/commits")),
    );
    return {
      topics: (await Promise.all(topics)).map((some) => some.toSorted()),
      keys: (await Promise.all(keys)).flatMap((some) => some ?? []).map(({ title }) => title),
      commits: (await Promise.all(commits)).map((some) => some?.length ?? 0),
      ...(github ? await this.#gitHubValues() : await this.#gitLabValues()),
    };
  }

  async #gitHubValues() {
    const below = async (path: "variables" | "secrets") =>
      (await this.look<Record<string, { name: string }[]>>(this.api("shop", `/actions/${path}`)))?.[path] ??
      [];
    const [variables, secrets] = [await below("variables"), await below("secrets")];
    const names = (some: { name: string }[]) => some.map(({ name }) => name);
    return { variables: names(variables), secrets: names(secrets), letIn: 0 };
  }

  async #gitLabValues() {
    const all = (await this.look<{ key: string; masked: boolean }[]>(this.api("shop", "/variables"))) ?? [];
    const names = (masked: boolean) => all.filter((one) => one.masked === masked).map(({ key }) => key);
    const letIn = await this.look<unknown[]>(this.api("charts", "/job_token_scope/allowlist"));
    return { variables: names(false), secrets: names(true), letIn: (letIn?.length ?? 1) - 1 };
  }
}

/** A folder with a project that runs a program of this checkout. */
async function programFolder(file: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-host-program-"));
  // The provider of first commits looks for its work below the project's folder.
  for (const name of ["components", "node_modules"]) await symlink(join(checkout, name), join(folder, name));
  await writeFile(join(folder, "package.json"), '{"type":"module"}\n');
  const program = new URL(file, import.meta.url).href;
  await writeFile(join(folder, "index.ts"), `export * from "${program}";\n`);
  const runtime = "runtime:\n  name: nodejs\n  options:\n    typescript: false\n";
  await writeFile(join(folder, "Pulumi.yaml"), `name: slipway\nmain: index.ts\n${runtime}`);
  return folder;
}
