import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { seedFiles, type SeedRole } from "../../components/git/seed-files.ts";
import { placeholderImage } from "../../components/git/seed-values.ts";

/* The seeded pipelines, as GitHub would read them: https://docs.github.com/actions/reference/workflows-and-actions */

const environment = z.record(z.string(), z.string());
/** Strict where a key that is not listed would change who may do what: `uses`, `permissions`, `continue-on-error`. */
const workflow = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  concurrency: z.object({ group: z.string(), "cancel-in-progress": z.boolean() }),
  defaults: z.object({ run: z.object({ shell: z.literal("bash") }) }),
  env: environment.default({}),
  jobs: z.record(
    z.string(),
    z.strictObject({
      needs: z.string().optional(),
      if: z.string().optional(),
      "runs-on": z.literal("ubuntu-24.04"),
      "timeout-minutes": z.number(),
      env: environment.default({}),
      steps: z.array(z.strictObject({ name: z.string(), env: environment.default({}), run: z.string() })),
    }),
  ),
});

const values = {
  app: "spring-app",
  owner: "acme",
  owners: "@acme/platform",
  namespace: "spring-app-namespace",
  appRepository: "spring-app",
  chartsRepository: "charts",
  fluxcdRepository: "fluxcd",
  ...placeholderImage,
};
const workflows = (["app", "charts", "fluxcd"] as SeedRole[]).flatMap((role) =>
  seedFiles(role, values)
    .filter(({ path }) => path.startsWith(".github/workflows/"))
    .map(({ path, content }) => ({
      name: `${role}/${path}`,
      spec: workflow.parse(parse(content.toString())),
    })),
);
const named = (name: string) => {
  const found = workflows.find((one) => one.name === name);
  if (!found) throw new Error(`There is no workflow ${name}.`);
  return found.spec;
};

describe.each(workflows)("$name", ({ spec }) => {
  const steps = Object.values(spec.jobs).flatMap((job) => job.steps);

  test("may only read", () => {
    expect(spec.permissions).toEqual({ contents: "read" });
  });

  test("puts no expression into a script, where a value could become a command", () => {
    for (const { run } of steps) expect(run).not.toContain("${{");
  });

  test("checks out the commit with a token that is in no URL and no argument", () => {
    const checkouts = steps.filter(({ name }) => name === "Check out the commit");
    expect(checkouts).toHaveLength(Object.keys(spec.jobs).length);
    for (const { run, env } of checkouts) {
      expect(run).toBe(checkouts[0]?.run);
      expect(env).toEqual({ TOKEN: "${{ github.token }}" });
      // In single quotes: Git's helper reads it from the environment, the shell does not expand it here.
      expect(run).toContain(
        `credential.helper='!f() { echo username=x-access-token; echo "password=$TOKEN"; }; f'`,
      );
      expect(run.match(/\$TOKEN/g)).toHaveLength(1);
    }
  });
});

describe("the release", () => {
  const { on, concurrency, env, jobs } = named("app/.github/workflows/release.yml");

  test("goes build, test, dockerize, deploy, on pushes to main: a failing test stops it", () => {
    expect(on).toEqual({ push: { branches: ["main"] }, workflow_dispatch: null });
    expect(Object.entries(jobs).map(([name, job]) => [name, job.needs])).toEqual([
      ["build", undefined],
      ["test", "build"],
      ["dockerize", "test"],
      ["deploy", "dockerize"],
    ]);
    for (const job of ["dockerize", "deploy"]) expect(jobs[job]?.if).toBe("github.ref == 'refs/heads/main'");
  });

  test("is one at a time, and is never broken off", () => {
    expect(concurrency).toEqual({ group: "release", "cancel-in-progress": false });
  });

  test("releases the seeded application to its namespace, or to where the platform says", () => {
    expect(env).toEqual({
      APP: "spring-app",
      NAMESPACE: "${{ vars.NAMESPACE || 'spring-app-namespace' }}",
    });
  });

  test("reads exactly the variables and secrets that the platform sets, each secret in one step", () => {
    const used = JSON.stringify(jobs).match(/(vars|secrets)\.[A-Z_]+/g) ?? [];
    const count = (name: string) => used.filter((one) => one === name).length;
    expect([...new Set(used)].sort()).toEqual([
      "secrets.CHARTS_DEPLOY_KEY",
      "secrets.FLUXCD_DEPLOY_KEY",
      "secrets.FLUXCD_TOKEN",
      "secrets.REGISTRY_PASSWORD",
      "vars.CHARTS_URL",
      "vars.FLUXCD_URL",
      "vars.GIT_KNOWN_HOSTS",
      "vars.IMAGE_NAME",
      "vars.IMAGE_REPO",
      "vars.REGISTRY_USER",
    ]);
    for (const name of ["CHARTS_DEPLOY_KEY", "FLUXCD_DEPLOY_KEY", "FLUXCD_TOKEN", "REGISTRY_PASSWORD"]) {
      expect(count(`secrets.${name}`), name).toBe(1);
    }
    // Not in a job's environment, where every step could read it.
    for (const job of Object.values(jobs)) expect(JSON.stringify(job.env)).not.toContain("secrets.");
  });
});

describe("what runs for pull requests", () => {
  const pullRequests = workflows.filter(({ name }) => name.endsWith("/pull-request.yml"));

  test("is there for every repository", () => {
    expect(pullRequests).toHaveLength(3);
  });

  test.each(pullRequests)("in $name sees no secret, not even by pull_request_target", ({ spec }) => {
    expect(spec.on).toEqual({ pull_request: null });
    expect(JSON.stringify(spec)).not.toMatch(/secrets\.|vars\./);
  });
});

describe("the seeded scripts", () => {
  const scripts = seedFiles("app", values).filter(({ executable }) => executable);

  test.each(scripts.map(({ path, content }) => [path, content.toString()] as const))(
    "%s stops at the first error and traces nothing",
    (_, text) => {
      expect(text).toContain("set -euo pipefail");
      expect(text).not.toMatch(/set -[a-z]*x|xtrace/);
    },
  );

  test("write keys for this user only, trust pinned hosts only, and never force", () => {
    const text = scripts.find(({ path }) => path === "ci/deploy.sh")?.content.toString() ?? "";
    const lines = text.split("\n");
    const at = (part: string) => lines.findIndex((line) => line.includes(part));
    expect(at("umask 077")).toBeGreaterThan(0);
    expect(at("umask 077")).toBeLessThan(at('>"$work/$1.key"'));
    expect(text).toContain("StrictHostKeyChecking=yes");
    expect(text).not.toMatch(/ssh-keyscan|accept-new|push[^\n]*(--force|-f\b|\+HEAD)/);
  });
});
