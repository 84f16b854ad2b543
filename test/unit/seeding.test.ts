import { expect, test } from "vitest";
import { seedFiles } from "../../components/git/seed-files.ts";
import { seedValueProblems } from "../../components/git/seed-values.ts";
import { seedValuesOf, type SeedingContext } from "../../components/git/seeding.ts";

const context: SeedingContext = {
  owner: "acme",
  owners: "@acme/platform",
  repositories: {
    charts: { role: "charts" },
    fluxcd: { role: "fluxcd" },
    shop: { role: "app", delivery: { charts: "charts", fluxcd: "fluxcd", environment: "prod" } },
    api: { role: "app", delivery: { charts: "api-charts", fluxcd: "fluxcd", environment: "qa" } },
    "api-charts": { role: "charts" },
  },
  namespaces: { prod: "shop-namespace", qa: "qa" },
};

test("an app's repository gets its own names, and those of what it is delivered through", () => {
  expect(seedValuesOf("api", context)).toMatchObject({
    app: "api",
    owner: "acme",
    owners: "@acme/platform",
    namespace: "qa",
    appRepository: "api",
    chartsRepository: "api-charts",
    fluxcdRepository: "fluxcd",
  });
});

test.each([
  ["api-charts", "api"],
  ["charts", "shop"],
  ["fluxcd", "shop"],
])("%s is seeded for the first app that is delivered through it: %s", (repository, app) => {
  expect(seedValuesOf(repository, context)).toEqual(seedValuesOf(app, context));
});

test("the namespace is the environment's", () => {
  expect(seedValuesOf("shop", context).namespace).toBe("shop-namespace");
});

test.each(Object.keys(context.repositories))(
  "the values for %s are all that its seed asks for",
  (repository) => {
    const values = seedValuesOf(repository, context);
    expect(seedValueProblems({ ...values })).toEqual([]);
    const role = context.repositories[repository]?.role ?? "app";
    expect(seedFiles(role, values).length).toBeGreaterThan(0);
  },
);

test("a repository that no app uses has no seed, and the error names it", () => {
  const repositories = { ...context.repositories, lonely: { role: "charts" as const } };
  expect(() => seedValuesOf("lonely", { ...context, repositories })).toThrow(
    'no app is delivered through "lonely"',
  );
});
