/** How changes get into a repository: what the configuration takes, and what a kind of host does not have. */
import { describe, expect, test } from "vitest";
import { gitlabKnownHosts } from "../../components/git/gitlab/hosts.ts";
import { validateStack } from "../../config/validate.ts";
import { editionFindings } from "../../preflight/gitlab-edition.ts";
import { changed, problemsOf, refused, secretNames, taken } from "./config-findings.ts";
import { changed as changedIn, stackFile } from "./stack-files.ts";

const git = { kind: "gitlab", owner: "acme", baseUrl: "https://gitlab.com/", knownHosts: gitlabKnownHosts };
const onGitLab = changedIn(stackFile("dev"), ["git"], git);
const helm = ["repositories", "helm"];
const protection = [...helm, "protection"];

refused([
  ["no merge method at all", [...helm, "mergeMethods"], [], "helm.mergeMethods: is empty: name one"],
  ["a merge method twice", [...helm, "mergeMethods"], ["merge", "merge"], '"merge" is there already'],
  ["a check twice", protection, { checks: ["a", "a"] }, 'checks.1: "a" is there already'],
]);

taken([
  ["every merge method", [...helm, "mergeMethods"], ["merge", "squash", "rebase"]],
  ["protection without more", protection, {}],
  ["all of it", protection, { reviews: 2, codeOwners: true, checks: ["ci / test", "Flux: app"] }],
]);

test("what is left out asks for nothing, and there is no protection unless it is asked for", () => {
  const { repositories } = validateStack(changed(protection, {}), secretNames);
  expect(repositories["helm"]?.protection).toEqual({ reviews: 0, codeOwners: false, checks: [] });
  expect(repositories["flux-cd"]?.protection).toBeUndefined();
  expect(repositories["flux-cd"]?.mergeMethods).toBeUndefined();
});

describe("GitLab", () => {
  test.each([[["merge", "squash"]], [["rebase", "squash"]], [["squash"]]])("has %j", (methods) => {
    expect(problemsOf(changedIn(onGitLab, [...helm, "mergeMethods"], methods))).toEqual([]);
  });

  test.each([
    ["both a merge commit and a rebase", "mergeMethods", ["merge", "rebase"], "leave out merge or rebase"],
  ])("has no %s, and says what to do", (_, key, value, expected) => {
    const problems = problemsOf(changedIn(onGitLab, [...helm, key], value));
    expect(problems.join("\n")).toContain(expected);
    expect(problems).toHaveLength(1);
  });

  test("takes all of protection: which plan it is, the host knows", () => {
    const all = { reviews: 2, codeOwners: true, checks: ["pipeline"] };
    expect(problemsOf(changedIn(onGitLab, protection, all))).toEqual([]);
  });
});

test("a Community Edition protects what no CI delivers into, and is refused the rest by name", () => {
  const guarded = ["helm", "flux-cd"];
  const { repositories } = validateStack(onGitLab, secretNames);
  const findings = editionFindings(guarded, repositories, "https://git.example/");
  expect(findings.map(({ key, stops }) => [key, stops])).toEqual([
    ["slipway:repositories.flux-cd.protection", "runs"],
  ]);
  expect(findings[0]?.message).toContain("https://git.example/ is a Community Edition");
});

test("a Community Edition counts no approvals, and each key that asks for them is refused", () => {
  const asking = changedIn(onGitLab, protection, { reviews: 1, codeOwners: true });
  const { repositories } = validateStack(asking, secretNames);
  const findings = editionFindings(["helm"], repositories, "https://git.example/");
  expect(findings.map(({ key, stops }) => [key, stops])).toEqual([
    ["slipway:repositories.helm.protection.reviews", "runs"],
    ["slipway:repositories.helm.protection.codeOwners", "runs"],
  ]);
  expect(findings[0]?.message).toContain("which counts none: remove it, or use the Enterprise Edition");
});
