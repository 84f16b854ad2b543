/** What connects the Git host and Flux, in a stack's configuration. */
import { describe, expect, test } from "vitest";
import { missingStatusToken, statusTokenOf, withReceiver } from "../../config/event-environment.ts";
import { problemsOf } from "./config-findings.ts";
import { changed, stackFile, type Loose } from "./stack-files.ts";

const silent = stackFile("dev");
const dev = changed(silent, ["environments", "dev", "commitStatus"], true);
const withFlux = (flux: Loose, base = dev) => changed(base, ["flux"], flux);
const others = ["source-controller", "kustomize-controller"];
const url = "https://flux.example.com";

describe("the receiver's address", () => {
  const variables = { SLIPWAY_RECEIVER_URL: "http://127.0.0.1:1" };

  test("comes from the environment where the stack has none", () => {
    expect(withReceiver({ version: "2.9.3" }, variables)).toEqual({
      version: "2.9.3",
      receiver: { url: variables.SLIPWAY_RECEIVER_URL },
    });
    expect(withReceiver({ receiver: {} }, variables)).toEqual({
      receiver: { url: variables.SLIPWAY_RECEIVER_URL },
    });
  });

  test("is the stack's own where it has one, and none where it wants none", () => {
    expect(withReceiver({ receiver: { url } }, variables)).toEqual({ receiver: { url } });
    expect(withReceiver({ receiver: false }, variables)).toEqual({ receiver: false });
    expect(withReceiver({}, { SLIPWAY_RECEIVER_URL: "" })).toEqual({});
  });

  test("is asked for where there is none", () => {
    expect(problemsOf(withFlux({ receiver: {} }))).toEqual([
      "slipway:flux.receiver.url: is missing: expected a string",
    ]);
  });

  test("may be in the clear on this machine only", () => {
    expect(problemsOf(withFlux({ receiver: { url: "http://127.0.0.1:1" } }))).toEqual([]);
    expect(problemsOf(withFlux({ receiver: { url } }))).toEqual([]);
  });
});

describe("without notification-controller", () => {
  test("there is no receiver", () => {
    const problems = problemsOf(withFlux({ components: others, receiver: { url } }, silent));
    expect(problems.join("\n")).toMatch(
      /^slipway:flux\.components: leaves out "notification-controller", .*`flux\.receiver`: add it, or remove that/,
    );
  });

  test("there is no commit status", () => {
    const problems = problemsOf(withFlux({ components: others }));
    expect(problems.join("\n")).toContain("does the work of `environments.dev.commitStatus`");
  });

  test("nothing is wrong where nobody needs it, or where it comes as an extra", () => {
    expect(problemsOf(withFlux({ components: others, receiver: false }, silent))).toEqual([]);
    const extra = [...others, "notification-controller"];
    expect(problemsOf(withFlux({ components: extra, receiver: { url } }))).toEqual([]);
  });
});

describe("commit statuses", () => {
  test("are of syncs that have a repository of the stack as their source", () => {
    const theirs = { theirs: { url: "https://example.com/a.git", branch: "main" } };
    const problems = problemsOf(changed(dev, ["environments", "dev", "sources"], theirs));
    expect(problems.join("\n")).toContain("slipway:environments.dev.commitStatus: has nothing to report");
  });

  test("cannot be had of a GitLab below a path, whose API Flux does not find", () => {
    const gitlab = (baseUrl: string) => {
      const git = { ...(dev["git"] as Loose), kind: "gitlab", baseUrl, knownHosts: "h ssh-ed25519 AAAA" };
      delete (git as Loose)["writeDelay"];
      return problemsOf(changed(dev, ["git"], git)).filter((problem) => problem.includes("commitStatus"));
    };
    expect(gitlab("https://example.com/gitlab/").join()).toContain("at the root of its host");
    expect(gitlab("https://example.com/")).toEqual([]);
    expect(gitlab("https://example.com/api/v4/")).toEqual([]);
  });

  test("need a token, of the stack or of the environment, each kind of host its own", () => {
    const [github, gitlab] = [{ kind: "github" }, { kind: "gitlab" }];
    expect(statusTokenOf(github, { "slipway:statusToken": "a" }, { GITHUB_STATUS_TOKEN: "b" })).toBe("a");
    expect(statusTokenOf(github, {}, { GITHUB_STATUS_TOKEN: "b", GITLAB_STATUS_TOKEN: "c" })).toBe("b");
    expect(statusTokenOf(gitlab, {}, { GITHUB_STATUS_TOKEN: "b", GITLAB_STATUS_TOKEN: "c" })).toBe("c");
    expect(statusTokenOf(gitlab, {}, { GITLAB_STATUS_TOKEN: "" })).toBeUndefined();
  });

  test("without one, the finding says what it has to be good for and how it is set", () => {
    expect(missingStatusToken(dev, "token")).toEqual([]);
    expect(missingStatusToken(silent, undefined)).toEqual([]);
    const [problem] = missingStatusToken(dev, undefined);
    expect(problem).toMatchObject({
      key: "slipway:statusToken",
      command: "pulumi config set --secret slipway:statusToken",
    });
    expect(problem?.message).toContain("Commit statuses: read and write");
    const [onGitLab] = missingStatusToken({ ...dev, git: { kind: "gitlab" } }, undefined);
    expect(onGitLab?.message).toContain("GITLAB_STATUS_TOKEN");
    expect(onGitLab?.message).toContain("project access token");
  });
});
