/** A stack on GitLab: the same configuration, another kind. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { gitlabKnownHosts } from "../../components/git/gitlab/hosts.ts";
import { loadConfig } from "../../config.ts";
import { changed, problemsOf } from "./config-findings.ts";
import { changed as changedIn, stackFile, type Loose } from "./stack-files.ts";

const git = { kind: "gitlab", owner: "acme", baseUrl: "https://gitlab.com/", knownHosts: gitlabKnownHosts };
const dev = changedIn(stackFile("dev"), ["git"], git);
const app = ["repositories", "spring-app"];

/** What loading the dev stack gives on GitLab, or the error that it throws. */
function load(section: Loose, environment: NodeJS.ProcessEnv, others: Record<string, string> = {}) {
  const secrets = { REGISTRY_PASSWORD: "a-password" };
  const all = { ...stackFile("dev"), git: section, ciSecrets: secrets };
  pulumi.runtime.setAllConfig({
    ...Object.fromEntries(
      Object.entries(all).map(([key, value]) => [`slipway:${key}`, JSON.stringify(value)]),
    ),
    ...others,
  });
  return loadConfig(environment);
}

const tokenOf = (config: ReturnType<typeof load>) =>
  new Promise((resolve) => config.gitToken.apply((value) => resolve(value)));

test("the dev stack is right with another section git, and nothing else", () => {
  expect(problemsOf(dev)).toEqual([]);
});

test.each(["acme", "acme/platform/team.one", "jane_doe"])("%s may own its projects", (owner) => {
  expect(problemsOf(changedIn(dev, ["git", "owner"], owner))).toEqual([]);
});

test.each<[string, Loose, string]>([
  ["an owner", { owner: "acme corp" }, 'slipway:git.owner: "acme corp" is not the path of a GitLab group'],
  ["a path with a slash before it", { owner: "/acme" }, "is not the path of a GitLab group"],
  ["GitHub's pause", { writeDelay: "1s" }, "slipway:git.writeDelay: is not a key"],
])("%s is refused where GitLab does not have it", (_, wrong, expected) => {
  expect(problemsOf(changedIn(dev, ["git"], { ...git, ...wrong })).join("\n")).toContain(expected);
});

test("a kind that does not exist is told those that do", () => {
  expect(problemsOf(changed(["git", "kind"], "gitlub"))).toContain(
    'slipway:git.kind: got "gitlub", expected github or gitlab (did you mean "github"?)',
  );
});

describe("CI variables are what GitLab takes:", () => {
  test("small letters and the prefix GITHUB_ are", () => {
    const problems = problemsOf(changedIn(dev, [...app, "variables"], { my_name: "x", GITHUB_X: "y" }));
    expect(problems).toEqual([]);
  });

  test.each([
    ["a dash", { "MY-NAME": "x" }, '"MY-NAME" is not the name of a CI variable: use letters'],
    ["a long value", { LONG: "x".repeat(10_001) }, "it has 10001 bytes, and GitLab takes 10000"],
  ])("%s is not", (_, variables, expected) => {
    expect(problemsOf(changedIn(dev, [...app, "variables"], variables)).join("\n")).toContain(expected);
  });
});

describe("the environment", () => {
  test("says what the configuration leaves out, as the official provider has it", async () => {
    const config = load(
      { kind: "gitlab" },
      {
        GITLAB_GROUP: "umbrella/platform",
        GITLAB_BASE_URL: "http://127.0.0.1:1/",
        GITLAB_TOKEN: "from-the-environment",
        GITHUB_TOKEN: "another",
        SLIPWAY_KNOWN_HOSTS: gitlabKnownHosts.replaceAll("gitlab.com", "[127.0.0.1]:2222"),
      },
    );
    expect(config.git).toMatchObject({ owner: "umbrella/platform", baseUrl: "http://127.0.0.1:1/" });
    expect(await tokenOf(config)).toBe("from-the-environment");
  });

  test("need say nothing of gitlab.com but the token", () => {
    const config = load({ kind: "gitlab", owner: "acme" }, { GITLAB_TOKEN: "t" });
    expect(config.git).toMatchObject({ baseUrl: "https://gitlab.com/", knownHosts: gitlabKnownHosts });
  });

  test("does not win over the provider's own configuration", async () => {
    const config = load({ kind: "gitlab", owner: "acme" }, { GITLAB_TOKEN: "t" }, { "gitlab:token": "mine" });
    expect(await tokenOf(config)).toBe("mine");
  });

  test("without GitLab's token is refused, also where it has GitHub's", () => {
    const loading = () => load({ kind: "gitlab", owner: "acme" }, { GITHUB_TOKEN: "t" });
    expect(loading).toThrow(/gitlab:token: is missing, and so is GITLAB_TOKEN/);
    expect(loading).toThrow(/pulumi config set --secret gitlab:token/);
  });
});
