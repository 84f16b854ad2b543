/**
 * A job of the seeded GitLab pipeline on the lab's GitLab: it reads the charts with its own token, as far as their project
 * lets it in, and writes the release with its deploy key, as the CI variables have it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pushFirstCommit } from "../../components/git/first-commit-push.ts";
import { maskableValue } from "../../components/git/gitlab/values.ts";
import { GitLabTestHost } from "../../lab/git-host/gitlab/testing.ts";
import { springApp as githubApp } from "./chart-render.ts";
import { deployJob, type EndedJob } from "./deploy-job.ts";

const springApp = { ...githubApp, chartsRepository: "helm", fluxcdRepository: "flux-cd" };
const commit = "12345678900000000000000000000000000000aa";
const roles = { "spring-app": "app", helm: "charts", "flux-cd": "fluxcd" } as const;

let host: GitLabTestHost;
let ids: Record<keyof typeof roles, number>;
let privateKey: string;

beforeAll(async () => {
  host = await GitLabTestHost.start();
  const made: Partial<Record<keyof typeof roles, number>> = {};
  for (const [name, role] of Object.entries(roles) as [keyof typeof roles, "app" | "charts" | "fluxcd"][]) {
    made[name] = await host.project(name);
    const inputs = {
      hostKind: "gitlab",
      repositoryId: "",
      cloneUrl: host.http(`acme/${name}`),
      branch: "main",
      role,
      values: springApp,
    } as const;
    await pushFirstCommit(inputs, host.host.token);
  }
  ids = made as Record<keyof typeof roles, number>;
  const key = await host.key("ci");
  privateKey = readFileSync(key.file, "utf8");
  const answer = await host.call("POST", `/projects/${ids["flux-cd"]}/deploy_keys`, {
    title: "CI",
    key: key.publicKey,
    can_push: true,
  });
  expect(answer.status).toBe(201);
});

afterAll(async () => {
  await host.stop();
});

/** What CI pushes with, as the platform gives it: with the key by SSH, with a token by HTTP. */
type Identity = Readonly<Record<string, string>>;
const byKey = (): Identity => ({
  FLUXCD_URL: host.ssh("acme/flux-cd"),
  FLUXCD_DEPLOY_KEY: maskableValue("FLUXCD_DEPLOY_KEY", privateKey),
});
const byToken = (token: string): Identity => ({
  FLUXCD_URL: host.http("acme/flux-cd"),
  FLUXCD_TOKEN: token,
});

/** Runs the script of the job `deploy` as a runner does: in a checkout, with the job's token and the CI variables. */
async function deploy(identity = byKey(), sha = commit): Promise<EndedJob> {
  const token = host.host.startJob("acme/spring-app");
  const job = await deployJob(await host.folder("job"), [springApp, "gitlab"], {
    CHARTS_URL: host.http("acme/helm"),
    GIT_KNOWN_HOSTS: readFileSync(host.host.knownHostsFile, "utf8"),
    ...identity,
    CI_COMMIT_SHA: sha,
    CI_PROJECT_PATH: "acme/spring-app",
    CI_JOB_TOKEN: token,
  });
  host.host.endJob(token);
  expect(job.calls).not.toBe("");
  for (const secret of [token, identity["FLUXCD_TOKEN"] ?? token]) {
    expect(job.output).not.toContain(secret);
    expect(job.calls).not.toContain(secret);
  }
  return job;
}

const head = async () =>
  (
    await host.gitOk(host.directory, ["ls-remote", host.http("acme/flux-cd"), "main"], host.withToken())
  ).split("\t")[0];

test("a job whose project the charts do not let in reads nothing and releases nothing", async () => {
  const before = await head();
  const { status, output } = await deploy();
  expect(status, output).not.toBe(0);
  expect(await head()).toBe(before);
});

test("once it is let in, it commits the release of its commit to the protected default branch", async () => {
  const allowed = await host.call("POST", `/projects/${ids.helm}/job_token_scope/allowlist`, {
    target_project_id: ids["spring-app"],
  });
  expect(allowed.status).toBe(201);
  const { status, output } = await deploy();
  expect(status, output).toBe(0);
  const folder = await host.folder("look");
  await host.gitOk(
    folder,
    ["clone", "--quiet", host.http("acme/flux-cd"), join(folder, "flux-cd")],
    host.withToken(),
  );
  const manifest = readFileSync(join(folder, "flux-cd/apps/spring-app/deployment.yaml"), "utf8");
  expect(manifest).toContain('image: "registry.example/team/spring-app:12345678"');
  const log = await host.gitOk(join(folder, "flux-cd"), ["log", "-1", "--format=%s%n%b"]);
  expect(log).toContain("Release spring-app 12345678");
  expect(log).toContain(`Source: acme/spring-app@${commit}`);
});

test("run again, it commits nothing", async () => {
  const before = await head();
  const { status, output } = await deploy();
  expect(status, output).toBe(0);
  expect(output).toContain("nothing to commit");
  expect(await head()).toBe(before);
});

describe("with a token of the manifests' project", () => {
  /** A token as the platform makes it. */
  async function projectToken(role: number, project: keyof typeof roles = "flux-cd"): Promise<string> {
    const day = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const made = await host.call("POST", `/projects/${ids[project]}/access_tokens`, {
      ...{ name: "CI", scopes: ["write_repository"], access_level: role, expires_at: day },
    });
    expect(made.status).toBe(201);
    return (made.body as { token: string }).token;
  }

  test("it commits to the protected branch as a maintainer, and the token is in no argument", async () => {
    const before = await head();
    const { status, output, calls } = await deploy(byToken(await projectToken(40)), commit.replace("1", "2"));
    expect(status, output).toBe(0);
    expect(output).toContain("is now at registry.example/team/spring-app:22345678");
    expect(await head()).not.toBe(before);
    // The note is one of this run.
    expect(calls).toMatch(/git.* push .*HEAD:refs\/heads\/main/);
  });

  test.each([
    ["a developer's, which the branch does not let in", 30, "flux-cd"],
    ["that of another project", 40, "helm"],
  ] as const)("%s, is refused", async (_, role, project) => {
    const before = await head();
    const { status, output } = await deploy(
      byToken(await projectToken(role, project)),
      commit.replace("1", "3"),
    );
    expect(status, output).not.toBe(0);
    expect(await head()).toBe(before);
  });
});
