import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { seedFiles } from "../../components/git/seed-files.ts";
import { placeholderImage } from "../../components/git/seed-values.ts";

/* The seeded scripts that need no more than bash and git, run for real. docker is one that writes down how it is called. */

const seed = seedFiles("app", {
  app: "spring-app",
  owner: "acme",
  owners: "@acme/platform",
  namespace: "spring-app-namespace",
  appRepository: "spring-app",
  chartsRepository: "charts",
  fluxcdRepository: "fluxcd",
  ...placeholderImage,
});

let work: string;
let environment: NodeJS.ProcessEnv;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "slipway-script-"));
  for (const { path, content, executable } of seed) {
    mkdirSync(dirname(join(work, "app", path)), { recursive: true });
    writeFileSync(join(work, "app", path), content, { mode: executable ? 0o755 : 0o644 });
  }
  for (const folder of ["bin", "tmp"]) mkdirSync(join(work, folder));
  environment = {
    PATH: `${join(work, "bin")}:${process.env["PATH"] ?? ""}`,
    HOME: work,
    TMPDIR: join(work, "tmp"),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
  };
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

describe("ci/image.sh", () => {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const password = "password-that-nobody-may-see";

  function image(verb: string, settings: NodeJS.ProcessEnv = {}) {
    const calls = join(work, "calls");
    writeFileSync(
      join(work, "bin/docker"),
      `#!/bin/sh\necho "$*" >>'${calls}'\nif [ "$1" = login ]; then cat >'${work}/stdin'; echo x >"$DOCKER_CONFIG/config.json"; fi\n`,
      { mode: 0o755 },
    );
    writeFileSync(calls, "");
    const { status, stdout, stderr } = spawnSync(join(work, "app/ci/image.sh"), [verb], {
      encoding: "utf8",
      env: {
        ...environment,
        GITHUB_SHA: commit,
        IMAGE_REPO: "registry.example:5000/team",
        IMAGE_NAME: "spring-app",
        REGISTRY_USER: "robot",
        REGISTRY_PASSWORD: password,
        ...settings,
      },
    });
    return { status, output: stdout + stderr, calls: readFileSync(calls, "utf8").trim().split("\n") };
  }

  test("pushes the image tagged with the short commit, to the registry of its name", () => {
    expect(image("push").calls).toEqual([
      "login --username robot --password-stdin registry.example:5000",
      "push registry.example:5000/team/spring-app:01234567",
    ]);
  });

  test("takes a name without a host for one on Docker Hub, and either variable's slash", () => {
    expect(image("push", { IMAGE_REPO: "acme/", IMAGE_NAME: "/shop" }).calls).toEqual([
      "login --username robot --password-stdin",
      "push acme/shop:01234567",
    ]);
  });

  test("gives the password to docker's standard input alone, and keeps no login", () => {
    const { output, calls } = image("push");
    expect(readFileSync(join(work, "stdin"), "utf8")).toBe(password);
    expect(output + calls.join()).not.toContain(password);
    expect(readdirSync(join(work, "tmp"))).toEqual([]);
  });

  test("builds without a credential", () => {
    const { calls } = image("build", { REGISTRY_USER: "", REGISTRY_PASSWORD: "" });
    expect(calls).toEqual([
      `build --pull --label org.opencontainers.image.revision=${commit} --tag registry.example:5000/team/spring-app:01234567 .`,
    ]);
  });

  test.each(["IMAGE_REPO", "REGISTRY_PASSWORD"])("names %s when it is not set, and calls nothing", (name) => {
    const { status, output, calls } = image("push", { [name]: "" });
    expect(status).not.toBe(0);
    expect(output).toMatch(new RegExp(`${name}.*Set the CI (variable|secret) ${name}`));
    expect(calls).toEqual([""]);
  });
});

describe("the step that checks out", () => {
  test("takes exactly the commit of the run from the host, and again over what an earlier run left", () => {
    const origin = join(work, "host/acme/spring-app.git");
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.invalid", ...args], {
        cwd: join(work, "app"),
        env: environment,
        encoding: "utf8",
      }).trim();
    git("init", "--quiet", "--initial-branch=main");
    git("add", "--all");
    git("commit", "--quiet", "--message", "One");
    const commit = git("rev-parse", "HEAD");
    git("commit", "--quiet", "--allow-empty", "--message", "Two");
    git("clone", "--quiet", "--bare", ".", origin);

    const release = seed.find(({ path }) => path.endsWith("/release.yml"))?.content.toString() ?? "";
    const { jobs } = parse(release) as { jobs: { build: { steps: { run: string }[] } } };
    const workspace = join(work, "workspace");
    mkdirSync(workspace);
    for (const leftOver of ["before the first run", "before the second"]) {
      writeFileSync(join(workspace, "pom.xml"), leftOver);
      execFileSync(
        "bash",
        ["--noprofile", "--norc", "-eo", "pipefail", "-c", jobs.build.steps[0]?.run ?? ""],
        {
          cwd: workspace,
          stdio: "pipe",
          env: {
            ...environment,
            TOKEN: "",
            GITHUB_SERVER_URL: `file://${work}/host`,
            GITHUB_REPOSITORY: "acme/spring-app",
            GITHUB_SHA: commit,
          },
        },
      );
      expect(execFileSync("git", ["rev-parse", "HEAD"], { cwd: workspace, encoding: "utf8" }).trim()).toBe(
        commit,
      );
      expect(readFileSync(join(workspace, "pom.xml"), "utf8")).toContain(
        "<artifactId>spring-app</artifactId>",
      );
    }
  });
});
