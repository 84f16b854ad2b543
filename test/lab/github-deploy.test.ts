/** The deploy step of the seeded workflow on the lab's GitHub, with either identity that there is: a deploy key, and a token. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pushFirstCommit } from "../../components/git/first-commit-push.ts";
import { TestHost } from "../../lab/git-host/testing.ts";
import { springApp } from "./chart-render.ts";
import { deployJob } from "./deploy-job.ts";

const roles = { "spring-app": "app", charts: "charts", fluxcd: "fluxcd" } as const;

let host: TestHost;
let chartsKey: string;
let fluxcdKey: string;
let jobs = 0;

beforeAll(async () => {
  host = await TestHost.start();
  for (const [name, role] of Object.entries(roles)) {
    await host.repository(name);
    const commit = { hostKind: "github", repositoryId: "", branch: "main", role, values: springApp } as const;
    await pushFirstCommit({ ...commit, cloneUrl: host.http(name) }, host.host.token);
  }
  const register = async (repository: string, readOnly: boolean) => {
    const key = await host.key(repository);
    const body = { title: "CI", key: key.publicKey, read_only: readOnly };
    expect((await host.call("POST", `/repos/acme/${repository}/keys`, body)).status).toBe(201);
    return readFileSync(key.file, "utf8");
  };
  chartsKey = await register("charts", true);
  fluxcdKey = await register("fluxcd", false);
});

afterAll(() => host.stop());

/** Runs the script as the step does: where it is not set, a secret is an empty text. */
async function deploy(sha: string, identity: Readonly<Record<string, string>>) {
  return await deployJob(await host.folder(`job-${(jobs += 1)}`), [springApp, "github"], {
    CHARTS_URL: host.ssh("charts"),
    CHARTS_DEPLOY_KEY: chartsKey,
    FLUXCD_DEPLOY_KEY: "",
    FLUXCD_TOKEN: "",
    ...identity,
    GIT_KNOWN_HOSTS: readFileSync(host.host.knownHostsFile, "utf8"),
    GITHUB_SHA: sha,
    GITHUB_REPOSITORY: "acme/spring-app",
  });
}

const subject = async () => {
  const commits = (await host.call("GET", "/repos/acme/fluxcd/commits")).body as {
    commit: { message: string };
  }[];
  return commits[0]?.commit.message.split("\n")[0];
};

test("with the deploy key it pushes by SSH", async () => {
  const sha = `11111111${"0".repeat(32)}`;
  const { status, output } = await deploy(sha, {
    FLUXCD_URL: host.ssh("fluxcd"),
    FLUXCD_DEPLOY_KEY: fluxcdKey,
  });
  expect(status, output).toBe(0);
  expect(await subject()).toBe("Release spring-app 11111111");
});

test("with a token it pushes by HTTP, and the token is in no argument and no output", async () => {
  const sha = `22222222${"0".repeat(32)}`;
  const token = host.host.token;
  const { status, output, calls } = await deploy(sha, {
    FLUXCD_URL: host.http("fluxcd"),
    FLUXCD_TOKEN: token,
  });
  expect(status, output).toBe(0);
  expect(await subject()).toBe("Release spring-app 22222222");
  expect(calls).toMatch(/git.* push .*HEAD:refs\/heads\/main/);
  for (const text of [output, calls]) expect(text).not.toContain(token);
});

test("with neither it names the secret, and pushes nothing", async () => {
  const sha = `33333333${"0".repeat(32)}`;
  for (const [url, name] of [
    [host.http("fluxcd"), "FLUXCD_TOKEN"],
    [host.ssh("fluxcd"), "FLUXCD_DEPLOY_KEY"],
  ] as const) {
    const { status, output } = await deploy(sha, { FLUXCD_URL: url });
    expect(status).not.toBe(0);
    expect(output).toContain(`${name}: is empty. Set the CI secret ${name}`);
  }
  expect(await subject()).not.toContain("33333333");
});
