import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cleanEnvironment, springApp, writeSeed } from "./chart-render.ts";

/* The seeded ci/deploy.sh, run by bash against repositories on disk, with the real helm and git. */

const commit = "12345678900000000000000000000000000000aa";
const keys = {
  CHARTS_DEPLOY_KEY: "charts-key-that-nobody-may-see",
  FLUXCD_DEPLOY_KEY: "fluxcd-key-that-nobody-may-see",
};

let work: string;
let temporary: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "slipway-deploy-"));
  temporary = join(work, "tmp");
  mkdirSync(temporary);
  writeSeed("app", springApp, join(work, "app"));
  for (const role of ["charts", "fluxcd"] as const) {
    writeSeed(role, springApp, join(work, role));
    git(work, "init", "--quiet", "--initial-branch=main", role);
    commitAll(role, "Begin");
    git(work, "clone", "--quiet", "--bare", role, `${role}.git`);
    git(join(work, role), "remote", "add", "origin", join(work, `${role}.git`));
  }
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

function git(cwd: string, ...args: string[]): string {
  const identity = ["-c", "user.name=Someone", "-c", "user.email=someone@example.invalid"];
  return execFileSync("git", [...identity, ...args], {
    cwd,
    env: cleanEnvironment(work),
    encoding: "utf8",
  }).trim();
}

function commitAll(repository: string, message: string): void {
  git(join(work, repository), "add", "--all");
  git(join(work, repository), "commit", "--quiet", "--message", message);
}

const head = (): string => git(join(work, "fluxcd.git"), "rev-parse", "main");
const subjects = (): string[] => git(join(work, "fluxcd.git"), "log", "--format=%s", "main").split("\n");
const released = (file: string): string =>
  git(join(work, "fluxcd.git"), "show", `main:apps/spring-app/${file}`);

function deploy(environment: NodeJS.ProcessEnv = {}): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync("bash", [join(work, "app/ci/deploy.sh")], {
    encoding: "utf8",
    env: {
      ...cleanEnvironment(work),
      TMPDIR: temporary,
      APP: "spring-app",
      NAMESPACE: "spring-app-namespace",
      IMAGE_REPO: "registry.example/team/",
      IMAGE_NAME: "spring-app",
      CHARTS_URL: `file://${work}/charts.git`,
      FLUXCD_URL: `file://${work}/fluxcd.git`,
      GIT_KNOWN_HOSTS: "git.example ssh-ed25519 AAAA",
      GITHUB_SHA: commit,
      GITHUB_REPOSITORY: "acme/spring-app",
      ...keys,
      ...environment,
    },
  });
  return { status, output: stdout + stderr };
}

function hook(script: string): void {
  writeFileSync(join(work, "fluxcd.git/hooks/pre-receive"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describe("the seeded deploy job", () => {
  test("commits the image of its commit, and nothing outside apps/spring-app", () => {
    expect(deploy()).toMatchObject({ status: 0 });
    expect(released("deployment.yaml")).toContain(`image: "registry.example/team/spring-app:12345678"`);
    expect(released("deployment.yaml")).toContain("path: /actuator/health/readiness");
    expect(subjects()).toEqual(["Release spring-app 12345678", "Begin"]);
    expect(git(join(work, "fluxcd.git"), "diff", "--name-status", "main~1", "main")).toBe(
      "M\tapps/spring-app/deployment.yaml",
    );
  });

  test("commits nothing when it runs again", () => {
    deploy();
    const first = head();
    expect(deploy()).toMatchObject({
      status: 0,
      output: expect.stringContaining("nothing to commit") as string,
    });
    expect(head()).toBe(first);
  });

  test("removes a file that the chart no longer renders", () => {
    rmSync(join(work, "charts/spring-app/templates/service.yaml"));
    commitAll("charts", "Remove the service");
    git(join(work, "charts"), "push", "--quiet", "origin", "main");
    expect(deploy()).toMatchObject({ status: 0 });
    expect(git(join(work, "fluxcd.git"), "ls-tree", "--name-only", "main", "apps/spring-app/")).toBe(
      "apps/spring-app/deployment.yaml\napps/spring-app/hpa.yaml",
    );
  });

  test("keeps what the environment's values say", () => {
    writeFileSync(join(work, "fluxcd/values/spring-app.yaml"), "autoscaling: { minReplicas: 3 }\n");
    commitAll("fluxcd", "Scale");
    git(join(work, "fluxcd"), "push", "--quiet", "origin", "main");
    expect(deploy()).toMatchObject({ status: 0 });
    expect(released("hpa.yaml")).toContain("minReplicas: 3");
  });

  test("starts again from what somebody else pushed in between, and keeps it", () => {
    writeFileSync(join(work, "fluxcd/values/spring-app.yaml"), "autoscaling: { minReplicas: 2 }\n");
    commitAll("fluxcd", "Scale");
    git(join(work, "fluxcd"), "push", "--quiet", "origin", "main:theirs");
    // The hook is theirs pushing first: outside the quarantine that Git keeps a push in until it is accepted.
    hook(`
      [ -e theirs-is-in ] && exit 0
      touch theirs-is-in
      unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
      git update-ref refs/heads/main refs/heads/theirs`);
    expect(deploy()).toMatchObject({ status: 0 });
    expect(subjects()).toEqual(["Release spring-app 12345678", "Scale", "Begin"]);
    expect(released("hpa.yaml")).toContain("minReplicas: 2");
  });

  test("gives up at once, and says what to look at, when the push is refused for another reason", () => {
    const before = head();
    hook("echo attempt >> attempts\nexit 1");
    expect(deploy()).toMatchObject({
      status: 1,
      output: expect.stringContaining("deploy key or token must be allowed") as string,
    });
    expect(git(join(work, "fluxcd.git"), "hash-object", "attempts")).toBe(
      execFileSync("git", ["hash-object", "--stdin"], { input: "attempt\n", encoding: "utf8" }).trim(),
    );
    expect(head()).toBe(before);
  });

  test("pushes nothing when the chart does not render", () => {
    const before = head();
    writeFileSync(join(work, "charts/spring-app/templates/broken.yaml"), "{{ fail `broken` }}\n");
    commitAll("charts", "Break");
    git(join(work, "charts"), "push", "--quiet", "origin", "main");
    expect(deploy().status).not.toBe(0);
    expect(head()).toBe(before);
  });

  test("names the variable that is missing", () => {
    expect(deploy({ FLUXCD_URL: "" })).toMatchObject({
      output: expect.stringMatching(/FLUXCD_URL.*CI variable/) as string,
    });
  });

  test("neither prints its keys nor leaves them behind", () => {
    const { output } = deploy();
    for (const key of Object.values(keys)) expect(output).not.toContain(key);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
