import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { ciNames } from "../../components/git/ci-names.ts";
import { seedFiles, type SeedRole } from "../../components/git/seed-files.ts";
import { placeholderImage } from "../../components/git/seed-values.ts";

/* The seeded pipelines, as GitLab would read them: https://docs.gitlab.com/ci/yaml/ */

const values = {
  app: "spring-app",
  owner: "acme/platform",
  owners: "@acme/platform/owners",
  namespace: "spring-app-namespace",
  appRepository: "spring-app",
  chartsRepository: "helm",
  fluxcdRepository: "flux-cd",
  ...placeholderImage,
};
const roles: SeedRole[] = ["app", "charts", "fluxcd"];
const seed = (role: SeedRole) => seedFiles(role, values, "gitlab");

/** As much of a job as the tests look at; strict, so that nothing unseen decides who may do what. */
const job = z.strictObject({
  extends: z.union([z.string(), z.array(z.string())]).optional(),
  stage: z.string().optional(),
  needs: z.array(z.string()).optional(),
  rules: z.array(z.object({ if: z.string() })).optional(),
  image: z
    .union([z.string(), z.strictObject({ name: z.string(), entrypoint: z.array(z.string()) })])
    .optional(),
  services: z.array(z.string()).optional(),
  variables: z.record(z.string(), z.string()).optional(),
  cache: z.unknown().optional(),
  artifacts: z.unknown().optional(),
  timeout: z.string().optional(),
  interruptible: z.boolean().optional(),
  resource_group: z.string().optional(),
  before_script: z.array(z.string()).optional(),
  script: z.array(z.string()).optional(),
});
const keywords = ["workflow", "stages", "default", "variables"];

function pipeline(role: SeedRole) {
  const text =
    seed(role)
      .find(({ path }) => path === ".gitlab-ci.yml")
      ?.content.toString() ?? "";
  const spec = parse(text) as Record<string, unknown>;
  const jobs = Object.entries(spec)
    .filter(([name]) => !keywords.includes(name))
    .map(([name, body]) => [name, job.parse(body)] as const);
  return {
    text,
    workflow: spec["workflow"],
    variables: spec["variables"],
    hidden: Object.fromEntries(jobs.filter(([name]) => name.startsWith("."))),
    jobs: Object.fromEntries(jobs.filter(([name]) => !name.startsWith("."))),
  };
}

describe("the release", () => {
  const { jobs, hidden, workflow, variables } = pipeline("app");

  test("goes build, test, then the source's check beside image and its check, then deploy: a failure stops it", () => {
    expect(Object.entries(jobs).map(([name, { needs }]) => [name, needs])).toEqual([
      ["build", undefined],
      ["test", ["build"]],
      ["sast", ["test"]],
      ["dockerize", ["test"]],
      ["dast", ["dockerize"]],
      ["deploy", ["sast", "dast"]],
    ]);
    // The schema above knows no `allow_failure` and no `when`, so none of them is let through.
  });

  test("runs for merge requests and the default branch; images and releases are for the default branch only", () => {
    expect(workflow).toEqual({
      rules: [
        { if: '$CI_PIPELINE_SOURCE == "merge_request_event"' },
        { if: "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" },
      ],
    });
    expect(hidden[".release"]?.rules).toEqual([{ if: "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" }]);
    for (const name of ["dockerize", "dast", "deploy"])
      expect([jobs[name]?.extends].flat()).toContain(".release");
  });

  test("is one at a time, and is never broken off", () => {
    expect(jobs["deploy"]?.resource_group).toBe("release");
    expect(hidden[".release"]?.interruptible).toBe(false);
  });

  test("releases the seeded application to its namespace, or to where a CI variable says", () => {
    expect(variables).toMatchObject({ APP: "spring-app", NAMESPACE: "spring-app-namespace" });
  });

  test("sets no variable that the platform sets, which would then not count", () => {
    const set = Object.keys(variables as object);
    for (const name of [...ciNames.variables, ...ciNames.secrets]) expect(set).not.toContain(name);
  });
});

describe.each(["charts", "fluxcd"] as const)("what runs in %s", (role) => {
  test("runs for merge requests only, so that a release starts nothing there, and sees no secret", () => {
    const { workflow, text } = pipeline(role);
    expect(workflow).toEqual({ rules: [{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }] });
    for (const name of [...ciNames.secrets, "REGISTRY_PASSWORD", "CI_JOB_TOKEN"])
      expect(text).not.toContain(name);
  });
});

describe.each(roles)("the seed of %s", (role) => {
  test("has GitLab's files and none of GitHub's", () => {
    const paths = seed(role).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining([".gitlab-ci.yml", ".gitlab/CODEOWNERS", "README.md"]));
    expect(paths.filter((path) => path.startsWith(".github/"))).toEqual([]);
    const github = seedFiles(role, values).map(({ path }) => path);
    expect(github.filter((path) => path.startsWith(".gitlab"))).toEqual([]);
  });

  test("speaks of GitLab in its README, and of nothing that only GitHub has", () => {
    const readme =
      seed(role)
        .find(({ path }) => path === "README.md")
        ?.content.toString() ?? "";
    expect(readme).not.toMatch(/GitHub|\.github\/|[Pp]ull request|\]\(\.\.\//);
  });

  test("has every script that its pipeline runs, executable", () => {
    const files = new Map(seed(role).map(({ path, executable }) => [path, executable]));
    const scripts = Object.values(pipeline(role).jobs)
      .flatMap(({ script = [] }) => script)
      .filter((line) => line.startsWith("ci/"));
    for (const line of scripts) expect(files.get(line.split(" ")[0] ?? ""), line).toBe(true);
  });
});

describe("ci/dast.sh", () => {
  const password = "password-that-nobody-may-see";

  test("looks at the pushed image in a network of its own, and leaves no login, network or container", () => {
    const work = mkdtempSync(join(tmpdir(), "slipway-dast-"));
    try {
      for (const { path, content, executable } of seed("app")) {
        mkdirSync(dirname(join(work, path)), { recursive: true });
        writeFileSync(join(work, path), content, { mode: executable ? 0o755 : 0o644 });
      }
      for (const folder of ["bin", "tmp"]) mkdirSync(join(work, folder));
      const docker = `#!/bin/sh\necho "$*" >>'${work}/calls'\nif [ "$1" = login ]; then cat >/dev/null; fi\n`;
      writeFileSync(join(work, "bin/docker"), docker, { mode: 0o755 });
      const { status, stdout, stderr } = spawnSync(join(work, "ci/dast.sh"), {
        encoding: "utf8",
        env: {
          PATH: `${join(work, "bin")}:${process.env["PATH"] ?? ""}`,
          TMPDIR: join(work, "tmp"),
          CI_COMMIT_SHA: "0123456789abcdef0123456789abcdef01234567",
          IMAGE_REPO: "registry.example:5000/team",
          IMAGE_NAME: "spring-app",
          REGISTRY_USER: "robot",
          REGISTRY_PASSWORD: password,
          DAST_IMAGE: "zap",
        },
      });
      expect(status, stderr).toBe(0);
      const calls = readFileSync(join(work, "calls"), "utf8");
      expect(calls.trim().split("\n")).toEqual([
        "login --username robot --password-stdin registry.example:5000",
        "network create dast-01234567",
        "run --detach --name dast-01234567 --network dast-01234567 --network-alias app registry.example:5000/team/spring-app:01234567",
        "run --rm --network dast-01234567 zap zap-baseline.py -t http://app:8080 -I -m 1",
        "rm --force dast-01234567",
        "network rm dast-01234567",
      ]);
      expect(stdout + stderr + calls).not.toContain(password);
      expect(readdirSync(join(work, "tmp"))).toEqual([]);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
});

describe("GitLab's own schema", () => {
  const program = createRequire(import.meta.url).resolve("gitlab-ci-local/dist/index.js");
  let work: string;
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), "slipway-pipeline-"));
  });
  afterEach(() => rmSync(work, { recursive: true, force: true }));

  /** What gitlab-ci-local says of a pipeline, by the JSON schema that GitLab has for it. */
  function check(
    role: SeedRole,
    change: (text: string) => string,
  ): { status: number | null; output: string } {
    const env = { PATH: process.env["PATH"] ?? "", HOME: work, GIT_CONFIG_NOSYSTEM: "1" };
    for (const { path, content } of seed(role)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), content);
    }
    const file = join(work, ".gitlab-ci.yml");
    writeFileSync(file, change(readFileSync(file, "utf8")));
    const git = (...args: string[]) => execFileSync("git", ["-C", work, ...args], { env, stdio: "pipe" });
    git("init", "--quiet", "--initial-branch=main");
    git("remote", "add", "origin", "https://git.example.invalid/acme/app.git");
    const args = [program, "--validate-dependency-chain"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: work,
      env,
      encoding: "utf8",
    });
    return { status, output: stdout + stderr };
  }

  test.each(roles)("takes the pipeline of %s", (role) => {
    const { status, output } = check(role, (text) => text);
    expect(output).toContain("json schema validated");
    expect(status, output).toBe(0);
  });

  test.each([
    ["a keyword that does not exist", /stage: build/, "stages: build", "stages"],
    ["a job that does not exist", /needs: \[dockerize\]/, "needs: [dockerise]", "dockerise"],
  ])("would refuse %s", (_, from, to, named) => {
    const { status, output } = check("app", (text) => text.replace(from, to));
    expect(status).not.toBe(0);
    expect(output).toContain(named);
  });
});
