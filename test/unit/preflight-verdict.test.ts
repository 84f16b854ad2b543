import { describe, expect, test } from "vitest";
import { validateStack } from "../../config/validate.ts";
import { verdict, type Finding } from "../../preflight/finding.ts";
import { needsOf, questionsOf } from "../../preflight/needs.ts";
import { refusedToken } from "../../preflight/token-findings.ts";
import { asked } from "./preflight-fixture.ts";
import { changed, stackFile } from "./stack-files.ts";

const finding = (key: string, stops: Finding["stops"]): Finding => ({ key, message: "is wrong", stops });

describe("the verdict", () => {
  const all = [finding("c", "nothing"), finding("b", "updates"), finding("a", "runs"), finding("a", "runs")];

  test("on an update: all that stops it, by its keys, each once; the rest is said", () => {
    const { problems, warnings } = verdict(all, false);
    expect(problems.map(({ key }) => key)).toEqual(["a", "b"]);
    expect(warnings).toEqual(["c: is wrong."]);
  });

  test("on a preview: what an update wants more is said, so that a token which may only look is enough", () => {
    const { problems, warnings } = verdict(all, true);
    expect(problems.map(({ key }) => key)).toEqual(["a"]);
    expect(warnings).toEqual(["b: is wrong. An update is refused.", "c: is wrong."]);
  });
});

describe("what a stack needs", () => {
  const stack = validateStack(stackFile("dev"), ["REGISTRY_PASSWORD"]);
  const names = Object.keys(stack.repositories);

  test("of a new one is everything, and all of it is asked", () => {
    const needs = needsOf(stack, new Set());
    expect(needs.deployKeys).toBe(true);
    expect(needs.repositories.map(({ name, made, pipeline }) => [name, made, pipeline])).toEqual([
      ["spring-app", true, true],
      ["helm", true, false],
      ["flux-cd", true, false],
    ]);
    expect(questionsOf(needs)).toEqual({ makes: true, pipelines: true });
    expect(needs.webhooks).toBe(false);
    const receiver = { url: "https://flux.example.com" };
    expect(needsOf({ ...stack, flux: { ...stack.flux, receiver } }, new Set()).webhooks).toBe(true);
  });

  test("names the keys of the organisation's values, and of a project's token", () => {
    expect(needsOf(stack, new Set()).ownerValues).toEqual([]);
    const git = { ...(stackFile("dev")["git"] as object), variables: { TEAM: "x" }, secrets: ["TEAM_TOKEN"] };
    const changedStack = validateStack({ ...stackFile("dev"), git }, ["REGISTRY_PASSWORD", "TEAM_TOKEN"]);
    expect(needsOf(changedStack, new Set()).ownerValues).toEqual([
      "slipway:git.variables.TEAM",
      "slipway:git.secrets.0",
    ]);
    const app = stack.repositories["spring-app"];
    const delivery = app?.delivery && { ...app.delivery, identity: "projectToken" as const };
    const repositories = {
      ...stack.repositories,
      "spring-app": { ...app, delivery } as NonNullable<typeof app>,
    };
    const [first, ...others] = needsOf({ ...stack, repositories }, new Set()).repositories;
    expect(first?.projectToken).toBe("slipway:repositories.spring-app.delivery.identity");
    expect(others.map(({ projectToken }) => projectToken)).toEqual([undefined, undefined]);
  });

  test("names the keys that want approvals, also of a repository that stands", () => {
    const of = (protection: object) => {
      const file = changed(stackFile("dev"), ["repositories", "helm", "protection"], protection);
      const needs = needsOf(validateStack(file, ["REGISTRY_PASSWORD"]), new Set(names));
      return needs.repositories.flatMap(({ approvals }) => approvals);
    };
    expect(of({})).toEqual([]);
    expect(of({ reviews: 1, codeOwners: true })).toEqual([
      "slipway:repositories.helm.protection.reviews",
      "slipway:repositories.helm.protection.codeOwners",
    ]);
  });

  test("of one that stands is not asked again", () => {
    expect(questionsOf(needsOf(stack, new Set(names)))).toEqual({ makes: false, pipelines: false });
  });
});

test("a token that is refused is named by where it comes from, with how to renew it", () => {
  const { key, message } = refusedToken(
    "github",
    asked({ baseUrl: "https://git.example/", tokenName: "github:token" }),
    "git.example answers 401 Bad credentials",
  );
  expect(`${key}: ${message}`).toBe(
    "github:token: is not accepted (git.example answers 401 Bad credentials): it is mistyped, expired or revoked. Make or " +
      "renew one, of the same user of GitHub, at https://git.example/settings/tokens, and set it by " +
      '"pulumi config set --secret github:token"',
  );
});
