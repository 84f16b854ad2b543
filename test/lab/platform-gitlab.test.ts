/**
 * The dev stack on the lab's GitLab, by configuration alone: from nothing, and over to GitHub. What is
 * looked at is the cluster, the host's API and Git, and not what Slipway says. The tests build on each other, in this order.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { conditionOf, imageOf } from "../../scripts/kubectl.ts";
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
import { gitLabEvents } from "./events.ts";

const file = "examples/spring-app-gitlab.yaml";
const namespace = "spring-app-namespace";
const flux = "flux-system";

let lab: TestLab;
let git: Env;
let firstUp: Ended;

const onGitLab = (...args: string[]) => withFile(join(lab.lab.paths.checkout, file), ...args);
const withFile = (path: string, ...args: string[]) =>
  lab.pulumi(...args, "--stack", "dev", "--config-file", path);
const update = ["up", "--yes", "--skip-preview"];

beforeAll(async () => {
  lab = await startLab();
  git = gitEnvironment(lab.env, { token: lab.env["GITLAB_TOKEN"] ?? "" });
  firstUp = await onGitLab(...update);
});

afterAll(async () => {
  await lab.end();
});

const base = () => lab.env["GITLAB_BASE_URL"] ?? "";
const address = (project: string) => `${base()}acme/${project}.git`;

/** What GitLab answers; an error for anything but success. */
async function api<T>(path: string, body?: object): Promise<T> {
  const headers = { "private-token": lab.env["GITLAB_TOKEN"] ?? "", "content-type": "application/json" };
  const post = body && { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${base()}api/v4/${path}`, { headers, ...post });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

const below = (project: string, path: string) =>
  `projects/${encodeURIComponent(`acme/${project}`)}/${path}?per_page=100`;

/** The head of a project's main branch, as git sees it. */
async function head(project: string, url = address(project), env = git): Promise<string> {
  return (await run(env, "git", ["ls-remote", url, "refs/heads/main"])).split("\t")[0] ?? "";
}

const sync = () => lab.object("kustomizations.kustomize.toolkit.fluxcd.io", "spring-app", flux);
const source = () => lab.object("gitrepository", "flux-cd", flux);
const deployment = () => lab.object("deployment", "spring-app", namespace);

/** Waits until Flux has applied a commit. */
async function delivered(commit: string): Promise<void> {
  await eventually(
    "the sync is Ready at the commit",
    sync,
    (seen) =>
      conditionOf(seen, "Ready")?.status === "True" &&
      seen?.status?.lastAppliedRevision === `main@sha1:${commit}`,
  );
}

/** Names of the projects of the group that are not about to go. */
async function projects(): Promise<string[]> {
  const listed = await api<{ path: string; marked_for_deletion_on?: string | null }[]>(
    "groups/acme/projects?per_page=100",
  );
  return listed
    .filter((project) => (project.marked_for_deletion_on ?? null) === null)
    .map(({ path }) => path)
    .sort();
}

describe("up", () => {
  test("is the dev stack with another section git, and nothing else", async () => {
    const [github, gitlab] = await Promise.all(
      ["Pulumi.dev.yaml", file].map(
        async (name) =>
          parse(await readFile(join(lab.lab.paths.checkout, name), "utf8")) as {
            config: Record<string, unknown>;
          },
      ),
    );
    expect(gitlab?.config["slipway:git"]).toEqual({ kind: "gitlab" });
    expect({ ...gitlab?.config, "slipway:git": undefined }).toEqual({
      ...github?.config,
      "slipway:git": undefined,
    });
  });

  test("ends well", () => {
    expect(firstUp.code, firstUp.all).toBe(0);
    expect(firstUp.all).toContain("gitlab:index:Project");
  });

  test("the sync is Ready at the revision that git ls-remote shows, and the app runs", async () => {
    const seen = await sync();
    expect(conditionOf(seen, "Ready")?.status).toBe("True");
    expect(seen?.status?.lastAppliedRevision).toBe(`main@sha1:${await head("flux-cd")}`);
    expect((await source())?.spec?.url).toMatch(/^ssh:\/\/git@127\.0\.0\.1:\d+\/acme\/flux-cd\.git$/);
    expect((await deployment())?.status?.availableReplicas).toBe(1);
  });

  test("the projects are seeded in GitLab's form, in one commit each that starts no pipeline", async () => {
    expect(await projects()).toEqual(["flux-cd", "helm", "spring-app"]);
    for (const project of await projects()) {
      const folder = join(lab.scratch, `seed-${project}`);
      await run(git, "git", ["clone", "--quiet", address(project), folder]);
      expect((await run(git, "git", ["-C", folder, "rev-list", "--count", "HEAD"])).trim()).toBe("1");
      const files = (await run(git, "git", ["-C", folder, "ls-files"])).split("\n");
      expect(files).toEqual(expect.arrayContaining([".gitlab-ci.yml", ".gitlab/CODEOWNERS"]));
      expect(files.filter((name) => name.startsWith(".github/"))).toEqual([]);
    }
  });

  test("the app's variables are there: secrets masked and for protected branches, several lines as base64", async () => {
    const variables = await api<
      { key: string; value: string; masked: boolean; protected: boolean; raw: boolean }[]
    >(below("spring-app", "variables"));
    expect(variables.map(({ key, masked }) => [key, masked]).sort()).toEqual([
      ["CHARTS_URL", false],
      ["FLUXCD_DEPLOY_KEY", true],
      ["FLUXCD_URL", false],
      ["GIT_KNOWN_HOSTS", false],
      ["IMAGE_NAME", false],
      ["IMAGE_REPO", false],
      ["REGISTRY_PASSWORD", true],
      ["REGISTRY_USER", false],
    ]);
    for (const one of variables)
      expect([one.key, one.protected, one.raw]).toEqual([one.key, one.masked, true]);
    const key = variables.find((one) => one.key === "FLUXCD_DEPLOY_KEY")?.value ?? "";
    expect(Buffer.from(key, "base64").toString()).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
  });

  test("the charts let in the jobs of the app, and of nobody else", async () => {
    const allowed = await api<{ path: string }[]>(below("helm", "job_token_scope/allowlist"));
    expect(allowed.map(({ path }) => path).sort()).toEqual(["helm", "spring-app"]);
    expect(await api(below("helm", "deploy_keys"))).toEqual([]);
  });
});

describe("credentials", () => {
  let address: string;
  let knownHosts: string;

  beforeAll(async () => {
    address = (await source())?.spec?.url ?? "";
    knownHosts = await secretFile(
      join(lab.scratch, "known_hosts"),
      `${lab.env["SLIPWAY_KNOWN_HOSTS"] ?? ""}\n`,
    );
  });

  /** A clone by a key, with a commit that is not pushed. */
  async function edited(name: string, key: string, file: string, text: string): Promise<[Env, string]> {
    const keyFile = await secretFile(join(lab.scratch, `${name}.key`), key);
    const env = gitEnvironment(lab.env, { keyFile, knownHosts });
    const folder = join(lab.scratch, name);
    await run(env, "git", ["clone", "--quiet", address, folder]);
    await secretFile(join(folder, file), text);
    await run(env, "git", ["-C", folder, "add", "--all"]);
    await run(env, "git", ["-C", folder, "commit", "--quiet", "--message", `Change ${file}`]);
    return [env, folder];
  }

  test("the cluster's key fetches, cannot push, and opens no other project", async () => {
    const secret = (await source())?.spec?.secretRef?.name ?? "";
    const where = ["--namespace", flux, "--output", "jsonpath={.data.identity}"];
    const identity = Buffer.from(await lab.kubectl("get", "secret", secret, ...where), "base64").toString();
    const before = await head("flux-cd");
    const [env, folder] = await edited("cluster", identity, "note", "x\n");
    const pushed = await attempt(env, "git", ["-C", folder, "push", "origin", "HEAD:main"]);
    expect(pushed.code).not.toBe(0);
    expect(await head("flux-cd")).toBe(before);
    const other = await attempt(env, "git", ["ls-remote", address.replace("flux-cd", "helm")]);
    expect(other.code).not.toBe(0);
  });

  test("CI's key pushes to the protected default branch, without force, and Flux delivers it", async () => {
    const { value } = await api<{ value: string }>(below("spring-app", "variables/FLUXCD_DEPLOY_KEY"));
    const manifest = "apps/spring-app/deployment.yaml";
    const seeded = join(lab.scratch, "seed-flux-cd", manifest);
    const text = (await readFile(seeded, "utf8")).replace(
      /image: .*/,
      'image: "ghcr.io/acme/spring-app:c0ffee1"',
    );
    const [env, folder] = await edited("ci", Buffer.from(value, "base64").toString(), manifest, text);
    await run(env, "git", ["-C", folder, "push", "--quiet", "origin", "HEAD:main"]);
    const commit = await head("flux-cd");
    await lab.kubectl(
      "annotate",
      "gitrepository",
      "flux-cd",
      ...["--namespace", flux, "--overwrite"],
      `reconcile.fluxcd.io/requestedAt=${Date.now()}`,
    );
    await delivered(commit);
    expect(imageOf(await deployment())).toBe("ghcr.io/acme/spring-app:c0ffee1");
    await run(env, "git", ["-C", folder, "reset", "--quiet", "--hard", "HEAD~1"]);
    const forced = await attempt(env, "git", ["-C", folder, "push", "--force", "origin", "HEAD:main"]);
    expect(forced.code).not.toBe(0);
    expect(await head("flux-cd")).toBe(commit);
  });

  test("the state and what Pulumi printed hold no private key, no token and no password", async () => {
    const { value } = await api<{ value: string }>(below("spring-app", "variables/FLUXCD_DEPLOY_KEY"));
    const state = await readFile(join(lab.lab.paths.pulumiState, ".pulumi/stacks/slipway/dev.json"), "utf8");
    const log = await readFile(join(lab.lab.paths.logs, "git-host.log"), "utf8");
    const secrets = ["PRIVATE KEY", lab.env["GITLAB_TOKEN"] ?? "", "lab-registry-password", value];
    for (const text of [state, firstUp.all, log])
      for (const secret of secrets) expect(text.includes(secret)).toBe(false);
  });
});

describe("events", () => {
  const host = gitLabEvents((path) => api(`projects/${encodeURIComponent("acme/flux-cd")}${path}`));
  eventTests(() => ({ lab, host, failed: "failed", git, address: address("flux-cd"), delivered }));
});

describe("protection, by an up that looks at the host first", () => {
  let configuration: string;

  const project = "projects/acme%2Fflux-cd";

  beforeAll(async () => {
    configuration = join(lab.scratch, "protected.yaml");
    const text = await readFile(join(lab.lab.paths.checkout, file), "utf8");
    const asked = "{ checks: [pipeline], reviews: 1, codeOwners: true }";
    const rules = `      mergeMethods: [squash]\n      protection: ${asked}\n`;
    await writeFile(configuration, text.replace("    flux-cd:\n", `$&${rules}`));
    const headers = { "private-token": lab.env["GITLAB_TOKEN"] ?? "", "content-type": "application/json" };
    const body = JSON.stringify({ description: "changed by hand" });
    expect(
      (await fetch(`${base()}api/v4/projects/acme%2Fhelm`, { method: "PUT", headers, body })).status,
    ).toBe(200);
    await api("license", { license: "premium" });
    const ended = await withFile(configuration, ...update, "--refresh");
    expect(ended.code, ended.all).toBe(0);
  });

  // What is left when it is taken out of the file: a person lets Maintainers push again, as operations.md says.
  afterAll(async () => {
    const headers = { "private-token": lab.env["GITLAB_TOKEN"] ?? "" };
    const branches = `${base()}api/v4/${project}/protected_branches`;
    expect((await fetch(`${branches}/main`, { method: "DELETE", headers })).status).toBe(204);
    expect((await fetch(`${branches}?name=main`, { method: "POST", headers })).status).toBe(201);
  });

  /** Another Maintainer of the project than who made the keys: somebody with a token of it. */
  async function maintainer(): Promise<Env> {
    const headers = { "private-token": lab.env["GITLAB_TOKEN"] ?? "", "content-type": "application/json" };
    const expires = new Date(Date.now() + 864e5).toISOString().slice(0, 10);
    const wanted = { name: "m", scopes: ["write_repository"], access_level: 40, expires_at: expires };
    const body = JSON.stringify(wanted);
    const answer = await fetch(`${base()}api/v4/${project}/access_tokens`, { method: "POST", headers, body });
    return gitEnvironment(lab.env, { token: ((await answer.json()) as { token: string }).token });
  }

  test("a Maintainer's push is refused, and CI's key pushes", async () => {
    const folder = join(lab.scratch, "guarded");
    const env = await maintainer();
    await run(env, "git", ["clone", "--quiet", address("flux-cd"), folder]);
    await run(env, "git", ["-C", folder, "commit", "--quiet", "--allow-empty", "--message", "More"]);
    const before = await head("flux-cd");
    const refused = await attempt(env, "git", ["-C", folder, "push", "origin", "HEAD:main"]);
    expect(refused.all).toContain("You are not allowed to push code to protected branches on this project.");
    expect(await head("flux-cd")).toBe(before);

    const { value } = await api<{ value: string }>(below("spring-app", "variables/FLUXCD_DEPLOY_KEY"));
    const [keyFile, knownHosts] = await Promise.all([
      secretFile(join(lab.scratch, "guarded.key"), Buffer.from(value, "base64").toString()),
      secretFile(join(lab.scratch, "guarded.hosts"), `${lab.env["SLIPWAY_KNOWN_HOSTS"] ?? ""}\n`),
    ]);
    const ssh = (await source())?.spec?.url ?? "";
    const ci = gitEnvironment(lab.env, { keyFile, knownHosts });
    await run(ci, "git", ["-C", folder, "push", "--quiet", ssh, "HEAD:main"]);
    expect(await head("flux-cd")).not.toBe(before);
  });

  test("merge requests wait for their pipeline, and are squashed", async () => {
    expect(await api(project)).toMatchObject({
      only_allow_merge_if_pipeline_succeeds: true,
      merge_method: "ff",
      squash_option: "always",
    });
  });

  test("merge requests need the approval of somebody else, and of the code's owners, whatever their editor says", async () => {
    expect(await api(`${project}/approval_rules`)).toMatchObject([
      { name: "slipway-reviews", rule_type: "any_approver", approvals_required: 1 },
    ]);
    expect(await api(`${project}/approvals`)).toMatchObject({
      disable_overriding_approvers_per_merge_request: true,
      merge_requests_author_approval: false,
      reset_approvals_on_push: true,
    });
    expect(await api(`${project}/protected_branches/main`)).toMatchObject({
      code_owner_approval_required: true,
    });
  });

  test("what somebody has changed on the host is back", async () => {
    const { description } = await api<{ description: string }>("projects/acme%2Fhelm");
    expect(description).toBe("Helm charts of the platform's apps");
  });

  test("another up has no changes, compared with the world", async () => {
    const ended = await withFile(configuration, ...update, "--refresh", "--expect-no-changes");
    expect(ended.code, ended.all).toBe(0);
  });
});

describe("CI values with a long form, those of the group, and a project's token", () => {
  interface Value {
    readonly key: string;
    readonly value: string;
    readonly environment_scope: string;
    readonly masked: boolean;
    readonly protected: boolean;
  }
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

  /** The stack with more, in a file of its own. */
  async function configured(expiresAt: string): Promise<string> {
    const text = await readFile(join(lab.lab.paths.checkout, file), "utf8");
    const stack = parse(text) as {
      config: Record<string, object> & { "slipway:repositories": { "spring-app": { delivery: object } } };
    };
    const { config } = stack;
    const app = config["slipway:repositories"]["spring-app"];
    Object.assign(app.delivery, { identity: "projectToken", token: { expiresAt } });
    Object.assign(app, ciValues.ofApp);
    Object.assign(config["slipway:git"] ?? {}, ciValues.ofOwner);
    const path = join(lab.scratch, `values-${expiresAt}.yaml`);
    await writeFile(path, stringify(stack));
    return path;
  }

  const variables = () => api<Value[]>(below("spring-app", "variables"));
  const ofGroup = () => api<Value[]>("groups/acme/variables");
  const token = async () => (await variables()).find(({ key }) => key === "FLUXCD_TOKEN")?.value ?? "";
  const opens = async (value: string) =>
    (await attempt(gitEnvironment(lab.env, { token: value }), "git", ["ls-remote", address("flux-cd")]))
      .code === 0;
  let first = "";

  test("one up sets them all, past what a killed one has left in the group", async () => {
    const headers = { "private-token": lab.env["GITLAB_TOKEN"] ?? "", "content-type": "application/json" };
    const body = JSON.stringify({ key: "TEAM", value: "old", description: "Set by Slipway: slipway/dev" });
    const left = await fetch(`${base()}api/v4/groups/acme/variables`, { method: "POST", headers, body });
    expect(left.status).toBe(201);

    const ended = await withFile(await configured(day(30)), ...update);
    expect(ended.code, ended.all).toBe(0);
    const seen = (await variables()).map((one) => [
      one.key,
      one.environment_scope,
      one.masked,
      one.protected,
    ]);
    expect(seen).toEqual(
      expect.arrayContaining([
        ["COLOUR", "*", false, false],
        ["COLOUR", "production", false, true],
        ["DATABASE_PASSWORD", "production", true, true],
        ["FLUXCD_TOKEN", "*", true, true],
      ]),
    );
    expect((await ofGroup()).map(({ key, value, masked }) => [key, value, masked]).sort()).toEqual([
      ["TEAM", "platform", false],
      ["TEAM_TOKEN", "lab-registry-password", true],
    ]);
    expect(ended.all).not.toContain("lab-registry-password");
  });

  test("with the protection, what it asked of merge requests is gone", async () => {
    const project = "projects/acme%2Fflux-cd";
    expect(await api(`${project}/approval_rules`)).toEqual([]);
    expect(await api(`${project}/approvals`)).toMatchObject({
      disable_overriding_approvers_per_merge_request: false,
    });
  });

  test("CI pushes with the token, to this project alone, and has no key any more", async () => {
    first = await token();
    expect(await opens(first)).toBe(true);
    const env = gitEnvironment(lab.env, { token: first });
    expect((await attempt(env, "git", ["ls-remote", address("helm")])).code).not.toBe(0);
    const folder = join(lab.scratch, "by-token");
    await run(env, "git", ["clone", "--quiet", address("flux-cd"), folder]);
    await run(env, "git", ["-C", folder, "commit", "--quiet", "--allow-empty", "--message", "By the token"]);
    await run(env, "git", ["-C", folder, "push", "--quiet", "origin", "HEAD:main"]);
    const keys = await api<{ title: string; can_push: boolean }[]>(below("flux-cd", "deploy_keys"));
    expect(keys.filter(({ can_push: pushes }) => pushes)).toEqual([]);
    const state = await readFile(join(lab.lab.paths.pulumiState, ".pulumi/stacks/slipway/dev.json"), "utf8");
    expect(state.includes(first)).toBe(false);
  });

  test("another day gives CI another token, and then ends the first; nothing else changes", async () => {
    const path = await configured(day(60));
    const ended = await withFile(path, ...update, "--refresh");
    expect(ended.code, ended.all).toBe(0);
    const second = await token();
    expect(second).not.toBe(first);
    expect([await opens(first), await opens(second)]).toEqual([false, true]);
    const again = await withFile(path, ...update, "--refresh", "--expect-no-changes");
    expect(again.code, again.all).toBe(0);
  });

  test("without them, they go, and the key is back", async () => {
    const last = await token();
    const ended = await onGitLab(...update);
    expect(ended.code, ended.all).toBe(0);
    expect(await ofGroup()).toEqual([]);
    expect(await opens(last)).toBe(false);
    const keys = (await variables()).map(({ key }) => key);
    expect(keys).toContain("FLUXCD_DEPLOY_KEY");
    expect(keys).not.toContain("FLUXCD_TOKEN");
    expect(keys).not.toContain("COLOUR");
  });
});

describe("a stack that is another one's", () => {
  test("is refused its projects, by the mark, before anything is made", async () => {
    const ended = await lab.pulumi("preview", "--stack", "prod", "--config-file", file);
    expect(ended.code).not.toBe(0);
    expect(ended.all).toContain("The stack configuration has 3 problems");
    expect(ended.all).toContain("slipway:repositories.helm: exists already, and it belongs to another stack");
  });
});

describe("a move", () => {
  test("to GitHub is one up, and Flux delivers from there; nothing is left behind", async () => {
    const there = await lab.pulumi(...update, "--stack", "dev");
    expect(there.code, there.all).toBe(0);
    expect(await projects()).toEqual([]);
    // The sync itself does not change: it follows its source a moment later.
    const github = gitEnvironment(lab.env, { token: lab.env["GITHUB_TOKEN"] ?? "" });
    await delivered(await head("flux-cd", `${lab.env["GITHUB_BASE_URL"] ?? ""}acme/flux-cd.git`, github));
  });
});
