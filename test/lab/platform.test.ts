/**
 * The dev stack on a lab, from nothing to nothing: what is looked at is the cluster, the Git host and the state file,
 * with kubectl, git and a JSON parser, and not what Slipway says. The tests build on each other, in this order.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { conditionOf, imageOf, type KubeObject } from "../../scripts/kubectl.ts";
import * as ciValues from "./ci-values.ts";
import {
  attempt,
  eventually,
  gitEnvironment,
  run,
  secretFile,
  startLab,
  type Ended,
  type Env,
  type TestLab,
} from "./commands.ts";
import { eventTests } from "./event-tests.ts";
import { gitHubEvents } from "./events.ts";

const namespace = "spring-app-namespace";
const flux = "flux-system";

let lab: TestLab;
let git: Env;
let firstUp: Ended;

beforeAll(async () => {
  lab = await startLab();
  return lab.end;
});

beforeAll(async () => {
  git = gitEnvironment(lab.env, { token: lab.env["GITHUB_TOKEN"] ?? "" });
  firstUp = await lab.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
});

const address = (repository: string) => `${lab.env["GITHUB_BASE_URL"] ?? ""}acme/${repository}.git`;

/** The head of a repository's main branch, as git sees it. */
async function head(repository: string): Promise<string> {
  return (await run(git, "git", ["ls-remote", address(repository), "refs/heads/main"])).split("\t")[0] ?? "";
}

/** An answer of the API about the repository that Flux follows. */
async function api<T>(path: string): Promise<T> {
  const headers = { authorization: `Bearer ${lab.env["GITHUB_TOKEN"] ?? ""}` };
  const url = `${lab.env["GITHUB_BASE_URL"] ?? ""}api/v3/repos/acme/flux-cd${path}`;
  return (await fetch(url, { headers })).json() as Promise<T>;
}

const condition = (object: KubeObject | undefined, type: string) => conditionOf(object, type)?.status;

const sync = () => lab.object("kustomizations.kustomize.toolkit.fluxcd.io", "spring-app", flux);
const deployment = () => lab.object("deployment", "spring-app", namespace);

/** A clone of the repository that Flux follows. */
async function clone(name: string): Promise<string> {
  const folder = join(lab.scratch, name);
  await run(git, "git", ["clone", "--quiet", address("flux-cd"), folder]);
  return folder;
}

/** Commits everything in a clone, pushes it, and waits until Flux has applied that commit. */
async function deliver(folder: string, message: string): Promise<void> {
  await run(git, "git", ["-C", folder, "add", "--all"]);
  await run(git, "git", ["-C", folder, "commit", "--quiet", "--message", message]);
  await pushed(folder);
}

async function pushed(folder: string): Promise<void> {
  await run(git, "git", ["-C", folder, "push", "--quiet", "origin", "HEAD:main"]);
  const commit = await head("flux-cd");
  await lab.kubectl(
    "annotate",
    "gitrepository",
    "flux-cd",
    "--namespace",
    flux,
    "--overwrite",
    `reconcile.fluxcd.io/requestedAt=${Date.now()}`,
  );
  await delivered(commit);
}

/** Waits until Flux has applied a commit. */
async function delivered(commit: string): Promise<void> {
  await eventually(
    "the sync is Ready at the commit",
    sync,
    (seen) =>
      condition(seen, "Ready") === "True" && seen?.status?.lastAppliedRevision === `main@sha1:${commit}`,
  );
}

describe("up", () => {
  test("ends well", () => {
    expect(firstUp.all).toContain("created");
    expect(firstUp.code, firstUp.all).toBe(0);
  });

  test("the sync is Ready at the revision that git ls-remote shows", async () => {
    const seen = await sync();
    expect(condition(seen, "Ready")).toBe("True");
    expect(seen?.status?.lastAppliedRevision).toBe(`main@sha1:${await head("flux-cd")}`);
    expect(seen?.spec).toMatchObject({
      path: "./apps/spring-app",
      interval: "5m",
      prune: true,
      targetNamespace: namespace,
    });
  });

  test("the Deployment has the image of the commit, and its pods run", async () => {
    const folder = await clone("first");
    const manifest = await readFile(join(folder, "apps/spring-app/deployment.yaml"), "utf8");
    const seen = await deployment();
    expect(manifest).toContain(`image: "${imageOf(seen) ?? "none"}"`);
    expect(seen?.status?.availableReplicas).toBe(1);
  });

  test("each repository has one commit", async () => {
    for (const repository of ["spring-app", "helm", "flux-cd"]) {
      const folder = join(lab.scratch, `count-${repository}`);
      await run(git, "git", ["clone", "--quiet", address(repository), folder]);
      expect((await run(git, "git", ["-C", folder, "rev-list", "--count", "HEAD"])).trim()).toBe("1");
    }
  });

  test("Flux's controllers are real processes with their own service accounts", async () => {
    const pods = JSON.parse(await lab.kubectl("get", "pods", "--namespace", flux, "--output", "json")) as {
      items: KubeObject[];
    };
    const nodes = pods.items.map(({ spec }) => spec?.nodeName);
    expect(nodes).toEqual(Array(4).fill("process-node"));
    expect(pods.items.every((pod) => condition(pod, "Ready") === "True")).toBe(true);
  });

  test("the namespace enforces Pod Security and has its quota", async () => {
    const seen = await lab.object("namespace", namespace);
    expect(seen?.metadata.labels?.["pod-security.kubernetes.io/enforce"]).toBe("restricted");
    const quotas = JSON.parse(
      await lab.kubectl("get", "resourcequota", "--namespace", namespace, "--output", "json"),
    ) as { items: KubeObject[] };
    expect(quotas.items[0]?.spec?.hard).toMatchObject({ pods: "20" });
  });

  test("the app's CI has its variables and secrets, and nobody can read the secrets back", async () => {
    const get = async (path: string) => {
      const headers = { authorization: `Bearer ${lab.env["GITHUB_TOKEN"] ?? ""}` };
      return (
        await fetch(`${lab.env["GITHUB_BASE_URL"] ?? ""}api/v3/repos/acme/spring-app${path}`, { headers })
      ).json() as Promise<{
        variables?: { name: string; value: string }[];
        secrets?: { name: string; value?: string }[];
      }>;
    };
    const { variables = [] } = await get("/actions/variables?per_page=30");
    expect(variables.map(({ name }) => name).sort()).toEqual([
      "CHARTS_URL",
      "FLUXCD_URL",
      "GIT_KNOWN_HOSTS",
      "IMAGE_NAME",
      "IMAGE_REPO",
      "REGISTRY_USER",
    ]);
    const { secrets = [] } = await get("/actions/secrets");
    expect(secrets.map(({ name }) => name).sort()).toEqual([
      "CHARTS_DEPLOY_KEY",
      "FLUXCD_DEPLOY_KEY",
      "REGISTRY_PASSWORD",
    ]);
    expect(secrets.every((secret) => !("value" in secret))).toBe(true);
  });
});

describe("delivery", () => {
  let folder: string;
  let before: string | undefined;

  beforeAll(async () => {
    folder = await clone("delivery");
    before = imageOf(await deployment());
  });

  async function edit(file: string, from: RegExp, to: string): Promise<void> {
    const path = join(folder, file);
    const text = await readFile(path, "utf8");
    expect(text).toMatch(from);
    await writeFile(path, text.replace(from, to));
  }

  test("a commit that scales the app changes the number of its pods", async () => {
    await edit("apps/spring-app/hpa.yaml", /minReplicas: 1/, "minReplicas: 3");
    await deliver(folder, "Scale the app to three");
    await eventually("three pods", deployment, (seen) => seen?.status?.availableReplicas === 3);
  });

  test("a commit that changes the image changes the Deployment", async () => {
    await edit("apps/spring-app/deployment.yaml", /image: .*/, 'image: "ghcr.io/acme/spring-app:c0ffee1"');
    await deliver(folder, "Release spring-app c0ffee1");
    expect(imageOf(await deployment())).toBe("ghcr.io/acme/spring-app:c0ffee1");
  });

  test("git revert brings the old image back", async () => {
    await run(git, "git", ["-C", folder, "revert", "--no-edit", "HEAD"]);
    await pushed(folder);
    expect(imageOf(await deployment())).toBe(before);
  });

  test("a file that is removed is pruned", async () => {
    const path = join(folder, "apps/spring-app/extra.yaml");
    await writeFile(path, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\ndata:\n  a: b\n");
    await deliver(folder, "Add a ConfigMap");
    expect(await lab.object("configmap", "extra", namespace)).toBeDefined();
    await run(git, "git", ["-C", folder, "rm", "--quiet", "apps/spring-app/extra.yaml"]);
    await deliver(folder, "Remove the ConfigMap");
    expect(await lab.object("configmap", "extra", namespace)).toBeUndefined();
  });

  describe("by events", () => {
    const host = gitHubEvents(api);
    eventTests(() => ({ lab, host, failed: "failure", git, address: address("flux-cd"), delivered }));
  });

  test("an up after that leaves the teams' commits alone and changes nothing", async () => {
    const commit = await head("flux-cd");
    const ended = await lab.pulumi(
      "up",
      "--stack",
      "dev",
      "--yes",
      "--skip-preview",
      "--refresh",
      "--expect-no-changes",
    );
    expect(ended.code, ended.all).toBe(0);
    expect(await head("flux-cd")).toBe(commit);
  });
});

describe("credentials", () => {
  let sshAddress: string;
  let knownHosts: string;

  beforeAll(async () => {
    const source = await lab.object("gitrepository", "flux-cd", flux);
    sshAddress = source?.spec?.url ?? "";
    knownHosts = await secretFile(
      join(lab.scratch, "known_hosts"),
      `${lab.env["SLIPWAY_KNOWN_HOSTS"] ?? ""}\n`,
    );
  });

  async function clusterKey(): Promise<string> {
    const source = await lab.object("gitrepository", "flux-cd", flux);
    const text = await lab.kubectl(
      "get",
      "secret",
      source?.spec?.secretRef?.name ?? "",
      "--namespace",
      flux,
      "--output",
      "jsonpath={.data.identity}",
    );
    return secretFile(join(lab.scratch, "cluster-key"), Buffer.from(text, "base64").toString("utf8"));
  }

  test("the cluster's key fetches over SSH, and cannot push", async () => {
    const env = gitEnvironment(lab.env, { keyFile: await clusterKey(), knownHosts });
    const folder = join(lab.scratch, "by-key");
    await run(env, "git", ["clone", "--quiet", sshAddress, folder]);
    await run(env, "git", ["-C", folder, "commit", "--quiet", "--allow-empty", "--message", "Try to write"]);
    const before = await head("flux-cd");
    const ended = await attempt(env, "git", ["-C", folder, "push", "origin", "HEAD:main"]);
    expect(ended.code).not.toBe(0);
    expect(ended.all).toContain("marked as read only");
    expect(await head("flux-cd")).toBe(before);
  });

  test("it opens no other repository", async () => {
    const env = gitEnvironment(lab.env, { keyFile: await clusterKey(), knownHosts });
    const ended = await attempt(env, "git", ["ls-remote", sshAddress.replace("flux-cd", "helm")]);
    expect(ended.code).not.toBe(0);
    expect(ended.all).toContain("Repository not found");
  });

  test("an unknown key is refused", async () => {
    const keyFile = join(lab.scratch, "unknown-key");
    await run(lab.env, "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", keyFile]);
    const ended = await attempt(gitEnvironment(lab.env, { keyFile, knownHosts }), "git", [
      "ls-remote",
      sshAddress,
    ]);
    expect(ended.code).not.toBe(0);
    expect(ended.all).toContain("Permission denied (publickey)");
  });

  test("a wrong token is refused by git and by the API", async () => {
    const wrong = gitEnvironment(lab.env, { token: "ghp_wrong" });
    const ended = await attempt(wrong, "git", ["ls-remote", address("flux-cd")]);
    expect(ended.code).not.toBe(0);
    const answer = await fetch(`${lab.env["GITHUB_BASE_URL"] ?? ""}api/v3/repos/acme/flux-cd`, {
      headers: { authorization: "Bearer ghp_wrong" },
    });
    expect(answer.status).toBe(401);
  });

  test("the state, the logs and what Pulumi printed hold no private key and no token", async () => {
    const state = await readFile(join(lab.lab.paths.pulumiState, ".pulumi/stacks/slipway/dev.json"), "utf8");
    const logs = await Promise.all(
      ["git-host", "process-node"].map((part) => readFile(join(lab.lab.paths.logs, `${part}.log`), "utf8")),
    );
    const secrets = ["PRIVATE KEY", lab.env["GITHUB_TOKEN"] ?? "", "lab-registry-password"];
    for (const text of [state, firstUp.all, ...logs])
      for (const secret of secrets) expect(text.includes(secret)).toBe(false);
  });
});

/** The stack with rules for the branch that Flux follows. */
const protectedFile = () => join(lab.scratch, "protected.yaml");

describe("protection", () => {
  let ci: Env;

  beforeAll(async () => {
    const text = await readFile(join(lab.lab.paths.checkout, "Pulumi.dev.yaml"), "utf8");
    const rules = "      protection:\n        reviews: 1\n        checks: [ci / test]\n";
    await writeFile(protectedFile(), text.replace("    flux-cd:\n", `$&${rules}`));
    const withRules = ["--config-file", protectedFile()];
    const ended = await lab.pulumi("up", "--stack", "dev", "--yes", "--skip-preview", ...withRules);
    expect(ended.code, ended.all).toBe(0);
    const { stdout } = await lab.pulumi("stack", "export", "--stack", "dev", "--show-secrets");
    const { resources } = (
      JSON.parse(stdout) as {
        deployment: { resources: { urn: string; outputs?: Record<string, unknown> }[] };
      }
    ).deployment;
    const pair = resources.find(({ urn }) => urn.endsWith("::spring-app-delivery-fluxcd-key-pair"));
    const { plaintext } = pair?.outputs?.["privateKeyOpenssh"] as { plaintext: string };
    const keyFile = await secretFile(join(lab.scratch, "ci-key"), JSON.parse(plaintext) as string);
    const hosts = `${lab.env["SLIPWAY_KNOWN_HOSTS"] ?? ""}\n`;
    ci = gitEnvironment(lab.env, {
      keyFile,
      knownHosts: await secretFile(join(lab.scratch, "hosts"), hosts),
    });
  });

  async function commit(folder: string, ...more: string[]): Promise<void> {
    await run(git, "git", ["-C", folder, "commit", "--quiet", "--allow-empty", "--message", "More", ...more]);
  }

  test("a push of somebody who administers the repository is refused", async () => {
    const folder = await clone("by-hand");
    const before = await head("flux-cd");
    await commit(folder);
    const ended = await attempt(git, "git", ["-C", folder, "push", "origin", "HEAD:main"]);
    expect(ended.code).not.toBe(0);
    expect(ended.all).toContain("Changes must be made through a pull request.");
    expect(await head("flux-cd")).toBe(before);
  });

  test("CI's key pushes, and rewrites and deletes nothing", async () => {
    const folder = await clone("by-ci");
    const source = await lab.object("gitrepository", "flux-cd", flux);
    const push = (...args: string[]) =>
      attempt(ci, "git", [
        "-C",
        folder,
        "push",
        ...args.slice(0, -1),
        source?.spec?.url ?? "",
        ...args.slice(-1),
      ]);
    await commit(folder);
    const pushed = await push("HEAD:main");
    expect(pushed.code, pushed.all).toBe(0);
    const after = await head("flux-cd");
    // Another message, since within a second the amended commit would be the same one.
    await commit(folder, "--amend", "--message", "Rewritten");
    expect((await push("--force", "HEAD:main")).all).toContain("Cannot force-push to this branch");
    expect((await push(":main")).all).toContain("Cannot delete this branch");
    expect(await head("flux-cd")).toBe(after);
  });
});

describe("CI values of environments and of the organisation", () => {
  const app = "/repos/acme/spring-app";
  const ofOrganization = "/orgs/acme/actions";

  async function api<T>(path: string, method = "GET", body?: object): Promise<T> {
    const answer = await fetch(`${lab.env["GITHUB_BASE_URL"] ?? ""}api/v3${path}`, {
      method,
      headers: {
        authorization: `Bearer ${lab.env["GITHUB_TOKEN"] ?? ""}`,
        "content-type": "application/json",
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }
  const up = (...more: string[]) => lab.pulumi("up", "--stack", "dev", "--yes", "--skip-preview", ...more);

  /** The protected stack with more, in a file of its own. */
  async function configured(): Promise<string[]> {
    const stack = parse(await readFile(protectedFile(), "utf8")) as {
      config: Record<string, object> & { "slipway:repositories": { "spring-app": object } };
    };
    const { config } = stack;
    Object.assign(config["slipway:repositories"]["spring-app"], ciValues.ofApp);
    Object.assign(config["slipway:git"] ?? {}, ciValues.ofOwner);
    const path = join(lab.scratch, "values.yaml");
    await writeFile(path, stringify(stack));
    return ["--config-file", path];
  }

  /** The state no longer knows what the host has. */
  async function forget(names: readonly string[]): Promise<void> {
    const { stdout } = await lab.pulumi("stack", "--stack", "dev", "--show-urns");
    for (const name of names) {
      const [urn] = new RegExp(`urn:\\S+::\\S*${name}$`, "m").exec(stdout) ?? [];
      const forgotten = await lab.pulumi("state", "delete", urn ?? "", "--stack", "dev", "--yes");
      expect(forgotten.code, forgotten.all).toBe(0);
    }
  }
  const rulesets = async () =>
    (await api<{ name: string }[]>("/repos/acme/flux-cd/rulesets")).map(({ name }) => name).sort();

  test("one up sets them all, past what a killed one has left, and makes nothing twice; a second has nothing to do", async () => {
    await forget(["-protection-changes", "-receiver-webhook", "-IMAGE_NAME"]);
    const { id } = await api<{ id: number }>(app);
    await api(`${ofOrganization}/variables`, "POST", {
      ...{ name: "TEAM", value: "platform", visibility: "selected", selected_repository_ids: [id] },
    });
    await api(`${app}/environments/production`, "PUT", {});
    await api(`${app}/environments/production/variables`, "POST", { name: "COLOUR", value: "red" });

    const file = await configured();
    const ended = await up(...file);
    expect(ended.code, ended.all).toBe(0);
    expect(ended.all).not.toContain("lab-registry-password");
    expect(await rulesets()).toEqual(["slipway-changes", "slipway-history"]);
    expect(await api("/repos/acme/flux-cd/hooks")).toHaveLength(1);
    expect(await api(`${app}/actions/variables`)).toMatchObject({ total_count: 7 });
    expect(await api(`${app}/actions/variables/COLOUR`)).toMatchObject({ value: "blue" });
    const environment = `${app}/environments/production`;
    expect(await api(environment)).toMatchObject({ deployment_branch_policy: { protected_branches: true } });
    expect(await api(`${environment}/variables/COLOUR`)).toMatchObject({ value: "red" });
    expect(await api(`${environment}/secrets`)).toMatchObject({ secrets: [{ name: "DATABASE_PASSWORD" }] });
    for (const value of ["variables/TEAM", "secrets/TEAM_TOKEN"]) {
      expect(await api(`${ofOrganization}/${value}`)).toMatchObject({ visibility: "selected" });
      const { repositories } = await api<{ repositories: { name: string }[] }>(
        `${ofOrganization}/${value}/repositories`,
      );
      expect(repositories.map(({ name }) => name).sort()).toEqual(["flux-cd", "helm", "spring-app"]);
    }
    const again = await up(...file, "--refresh", "--expect-no-changes");
    expect(again.code, again.all).toBe(0);
  });

  test("without them, they and the rules go; the environment stays, for others may keep something in it", async () => {
    const ended = await up();
    expect(ended.code, ended.all).toBe(0);
    expect(await api(`${ofOrganization}/variables`)).toMatchObject({ total_count: 0 });
    expect(await api(`${ofOrganization}/secrets`)).toMatchObject({ total_count: 0 });
    const environment = `${app}/environments/production`;
    expect(await api(`${environment}/variables`)).toMatchObject({ total_count: 0 });
    expect(await api(`${environment}/secrets`)).toMatchObject({ total_count: 0 });
    expect(await api(environment)).toMatchObject({ name: "production" });
    expect(await rulesets()).toEqual([]);
  });
});

describe("prod", () => {
  test("its preview runs on the lab, shows every resource, and leaves the checkout as it was", async () => {
    const { checkout } = lab.lab.paths;
    const before = await readFile(join(checkout, "Pulumi.prod.yaml"), "utf8");
    const ended = await lab.pulumi("preview", "--stack", "prod", "--json");
    expect(ended.code, ended.all).toBe(0);
    const { steps } = JSON.parse(ended.stdout) as { steps: { op: string; urn: string }[] };
    const names = steps
      .filter(({ op }) => op === "create")
      .map(({ urn }) => urn.split("::").slice(-2).join("::"));
    for (const wanted of [
      "Repository::platform-fluxcd",
      "Deployment::",
      "Kustomization::production-shop",
      "GitRepository::production-platform-fluxcd",
    ]) {
      expect(
        names.some((name) => name.includes(wanted)),
        `${wanted} among ${names.join(" ")}`,
      ).toBe(true);
    }
    expect(await readFile(join(checkout, "Pulumi.prod.yaml"), "utf8")).toBe(before);
  });
});

describe("safety", () => {
  test("a wrong configuration is told whole, before anything is registered", async () => {
    const file = join(lab.scratch, "wrong.yaml");
    const text = await readFile(join(lab.lab.paths.checkout, "Pulumi.dev.yaml"), "utf8");
    await writeFile(
      file,
      text.replace("interval: 5m", "interval: 5 minutes").replace("version: 2.9.3", "version: 2.9.5"),
    );
    const ended = await lab.pulumi("preview", "--stack", "dev", "--config-file", file);
    expect(ended.code).not.toBe(0);
    expect(ended.all).toContain(
      'slipway:environments.dev.syncs.spring-app.interval: "5 minutes" is not a duration: write "5m"',
    );
    expect(ended.all).not.toContain("kubernetes:");
  });

  test("what the Git host's settings forbid is told before anything is written", async () => {
    const api = `${lab.env["GITHUB_BASE_URL"] ?? ""}api/v3/orgs/acme`;
    const headers = { authorization: `Bearer ${lab.env["GITHUB_TOKEN"] ?? ""}` };
    const allow = async (allowed: boolean) => {
      const body = JSON.stringify({ deploy_keys_enabled_for_repositories: allowed });
      expect((await fetch(api, { method: "PATCH", headers, body })).status).toBe(200);
    };
    const log = () => readFile(join(lab.lab.paths.logs, "git-host.log"), "utf8");
    await allow(false);
    const ended = await lab.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
    const requests = (await log()).split("http PATCH /api/v3/orgs/acme 200").at(-1);
    await allow(true);
    expect(ended.code).not.toBe(0);
    expect(ended.all).toContain('slipway:git.owner: the organisation "acme" forbids deploy keys');
    expect(requests).toContain("http GET /api/v3/orgs/acme 200");
    expect(requests).not.toMatch(/http (POST|PUT|PATCH|DELETE)/);
  });
});

describe("two stacks, one repository", () => {
  /** The arguments of the dev stack that refers to the manifests of another one, on each host. */
  let tenant: Readonly<Record<"github" | "gitlab", string[]>>;
  let onGitLab: unknown;

  const token = (host: "github" | "gitlab") => lab.env[`${host.toUpperCase()}_TOKEN`] ?? "";
  const gitlabAddress = () => `${lab.env["GITLAB_BASE_URL"] ?? ""}acme/flux-cd.git`;

  /** What a host's API answers about the repository of the manifests. */
  async function api<T>(host: "github" | "gitlab", path: string): Promise<T> {
    const base = lab.env[`${host.toUpperCase()}_BASE_URL`] ?? "";
    const url =
      host === "github" ? `${base}api/v3/repos/acme/flux-cd` : `${base}api/v4/projects/acme%2Fflux-cd`;
    const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token(host)}` } });
    expect(answer.status).toBe(200);
    return (await answer.json()) as T;
  }

  /** What another stack could have changed on a host: settings, topics and commits. */
  async function seen(host: "github" | "gitlab"): Promise<unknown> {
    const { id, description, topics, archived, visibility } = await api<Record<string, unknown>>(host, "");
    const env = gitEnvironment(lab.env, { token: token(host) });
    const from = host === "github" ? address("flux-cd") : gitlabAddress();
    const refs = await run(env, "git", ["ls-remote", from, "refs/heads/main"]);
    return { id, description, topics, archived, visibility, refs };
  }

  const titles = async (host: "github" | "gitlab") =>
    (await api<{ title: string }[]>(host, host === "github" ? "/keys" : "/deploy_keys")).map(
      ({ title }) => title,
    );

  const key = "slipway/dev: Flux of dev reads flux-cd";

  async function repositoriesOnGitHub(): Promise<string[]> {
    const url = `${lab.env["GITHUB_BASE_URL"] ?? ""}api/v3/orgs/acme/repos`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token("github")}` } });
    return ((await answer.json()) as { name: string }[]).map(({ name }) => name).sort();
  }

  beforeAll(async () => {
    const text = await readFile(join(lab.lab.paths.checkout, "Pulumi.dev.yaml"), "utf8");
    await mirrorOnGitLab();
    await publish();
    onGitLab = await seen("gitlab");

    const { encryptionsalt, config } = parse(text) as {
      encryptionsalt: string;
      config: Record<string, unknown>;
    };
    const configured = async (kind: "github" | "gitlab") => {
      const path = join(lab.scratch, `tenant-${kind}.yaml`);
      const repositories = { "flux-cd": { role: "fluxcd", reference: true } };
      const environments = structuredClone(config["slipway:environments"]) as {
        dev: { sources: object; syncs: Record<string, object> };
      };
      Object.assign(environments.dev.sources, { open: { url: address("open"), branch: "main" } });
      Object.assign(environments.dev.syncs["spring-app"] ?? {}, { source: "flux-cd" });
      const changed = {
        ...config,
        "slipway:git": { kind },
        "slipway:repositories": repositories,
        "slipway:environments": environments,
      };
      await writeFile(path, stringify({ encryptionsalt, config: changed }));
      return ["--stack", "dev", "--yes", "--skip-preview", "--config-file", path];
    };
    tenant = { github: await configured("github"), gitlab: await configured("gitlab") };
  });

  /** A repository that everybody reads, on GitHub. */
  async function publish(): Promise<void> {
    const headers = { authorization: `Bearer ${token("github")}` };
    const body = JSON.stringify({ name: "open", visibility: "public" });
    const url = `${lab.env["GITHUB_BASE_URL"] ?? ""}api/v3/orgs/acme/repos`;
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(201);
    const folder = await clone("open");
    await run(git, "git", ["-C", folder, "push", "--quiet", address("open"), "HEAD:main"]);
  }

  /** The same on GitLab, made by somebody. */
  async function mirrorOnGitLab(): Promise<void> {
    const url = `${lab.env["GITLAB_BASE_URL"] ?? ""}api/v4`;
    const headers = { authorization: `Bearer ${token("gitlab")}`, "content-type": "application/json" };
    const { id } = (await (await fetch(`${url}/groups/acme`, { headers })).json()) as { id: number };
    const body = JSON.stringify({ path: "flux-cd", namespace_id: id, topics: ["slipway-stack-prod"] });
    expect((await fetch(`${url}/projects`, { method: "POST", headers, body })).status).toBe(201);
    const folder = await clone("mirror");
    const env = gitEnvironment(lab.env, { token: token("gitlab") });
    await run(env, "git", ["-C", folder, "push", "--quiet", gitlabAddress(), "HEAD:main"]);
  }

  /** The stack that owns the repositories on GitHub, and nothing else of it: the cluster is the other one's. */
  async function ownOnGitHub(): Promise<void> {
    const owner = join(lab.scratch, "owner.yaml");
    await writeFile(owner, await readFile(join(lab.lab.paths.checkout, "Pulumi.dev.yaml"), "utf8"));
    const targets = [
      ...["**Platform::platform", "**providers:github::*"],
      ...["**repository:Repository::*", "**::*-first-commit"],
    ];
    const made = await lab.pulumi(
      ...["up", "--stack", "prod", "--yes", "--skip-preview", "--config-file", owner],
      ...targets.flatMap((target) => ["--target", target]),
    );
    expect(made.code, made.all).toBe(0);
  }

  test("one that refers to another's on GitLab, to which it moves, syncs from it, with a key of its own", async () => {
    const ended = await lab.pulumi("up", ...tenant.gitlab);
    expect(ended.code, ended.all).toBe(0);
    const source = await lab.object("gitrepository", "flux-cd", flux);
    expect(condition(source, "Ready")).toBe("True");
    expect(source?.spec?.url).toContain(
      new URL((await api<{ ssh_url_to_repo: string }>("gitlab", "")).ssh_url_to_repo).host,
    );
    expect(await titles("gitlab")).toEqual([key]);
    expect(await seen("gitlab")).toEqual(onGitLab);
    expect(await repositoriesOnGitHub()).toEqual(["open"]);
  });

  test("a public repository of somebody else is read without a key", async () => {
    const source = await lab.object("gitrepository", "open", flux);
    expect(condition(source, "Ready")).toBe("True");
    expect(source?.spec?.secretRef).toBeUndefined();
  });

  test("the same on GitHub; it changes nothing of what it refers to", async () => {
    await ownOnGitHub();
    const before = await seen("github");
    const ended = await lab.pulumi("up", ...tenant.github);
    expect(ended.code, ended.all).toBe(0);
    const commit = await head("flux-cd");
    // The sync itself does not change: it follows its source a moment later.
    await eventually("the sync has applied it", sync, (seen) => {
      return seen?.status?.lastAppliedRevision === `main@sha1:${commit}`;
    });
    expect([await titles("github"), await titles("gitlab")]).toEqual([[key], []]);
    const again = await lab.pulumi("up", ...tenant.github, "--refresh", "--expect-no-changes");
    expect(again.code, again.all).toBe(0);
    expect([await seen("github"), await seen("gitlab")]).toEqual([before, onGitLab]);
  });

  test("destroy removes everything of it, in an order that hangs on nothing, and leaves the rest to its owner", async () => {
    const before = await seen("github");
    const ended = await lab.pulumi("destroy", ...tenant.github);
    expect(ended.code, ended.all).toBe(0);
    expect([await titles("github"), await titles("gitlab")]).toEqual([[], []]);
    expect([await seen("github"), await seen("gitlab")]).toEqual([before, onGitLab]);
    expect(await repositoriesOnGitHub()).toEqual(["flux-cd", "helm", "open", "spring-app"]);
    expect(await lab.object("namespace", flux)).toBeUndefined();
    expect(await lab.object("namespace", namespace)).toBeUndefined();
    expect(await lab.kubectl("get", "crds", "--output", "name")).not.toContain("fluxcd.io");
    const state = JSON.parse(
      await readFile(join(lab.lab.paths.pulumiState, ".pulumi/stacks/slipway/dev.json"), "utf8"),
    ) as {
      checkpoint: { latest: { resources?: unknown[] } };
    };
    expect(state.checkpoint.latest.resources ?? []).toEqual([]);
  });
});
