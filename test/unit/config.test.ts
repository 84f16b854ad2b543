import { expect, test } from "vitest";
import { validateStack } from "../../config/validate.ts";
import { changed, problemsOf, secretNames } from "./config-findings.ts";
import { stackFile, type Loose } from "./stack-files.ts";

test.each(["dev", "prod"])("the stack file of %s is valid", (stack) => {
  expect(problemsOf(stackFile(stack))).toEqual([]);
});

test("defaults are filled in", () => {
  const { repositories, environments } = validateStack(stackFile("prod"), []);
  expect(repositories["shop"]).toMatchObject({
    visibility: "private",
    defaultBranch: "main",
    onDestroy: "keep",
  });
  expect(environments["production"]?.syncs["shop"]).toMatchObject({
    retryInterval: "1m",
    prune: true,
  });
});

test("the host keys that are missing come with how to get those of the host", () => {
  const raw = changed(["git", "knownHosts"], undefined);
  (raw["git"] as Loose)["baseUrl"] = "https://git.acme.example/api/v3/";
  expect(problemsOf(raw).join()).toContain('"ssh-keyscan git.acme.example", compare their fingerprints');
});

test("what else is wrong with a stack is in the same error", () => {
  const other = { key: "github:token", message: "is missing" };
  const raw = changed(["cluster", "name"], undefined);
  expect(() => validateStack(raw, secretNames, [other])).toThrow(
    /2 problems:\n.*cluster\.name(.|\n)*github:token: is missing\./,
  );
});

test("syncs that wait for each other are refused", () => {
  const raw = changed(["environments", "dev", "syncs"], {
    a: { path: "a", dependsOn: ["b"] },
    b: { path: "b", dependsOn: ["a"] },
  });
  expect(problemsOf(raw).join()).toContain("goes in a circle (a → b → a)");
});

test("every problem is in one error, of shapes and of references", () => {
  const raw = changed(["cluster"], {});
  raw["flux"] = { version: "latest" };
  raw["repositories"] = { web: { role: "app" } };
  const problems = problemsOf(raw).join("\n");
  for (const key of [
    "cluster.name",
    "flux.version",
    "repositories.web.delivery",
    "sources.flux-cd.repository",
  ]) {
    expect(problems).toContain(key);
  }
});

test("a missing value comes with the command that sets it", () => {
  expect(() => validateStack(changed(["git", "owner"], undefined), secretNames)).toThrow(
    "pulumi config set --path 'slipway:git.owner' YOUR-ORGANISATION",
  );
});
