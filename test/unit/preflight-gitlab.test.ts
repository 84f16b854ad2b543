/** What GitLab's answers forbid, by table: each row is a fact, and what is said of it. */
import { describe, expect, test } from "vitest";
import type { GitLabFacts } from "../../components/git/gitlab/facts.ts";
import { gitLabFindings } from "../../preflight/gitlab-findings.ts";
import { asked, needs, repository, told } from "./preflight-fixture.ts";

const there = asked({ baseUrl: "https://gitlab.com/", tokenName: "gitlab:token" });
const own = asked({ baseUrl: "https://git.acme.example/gitlab/api/v4/", tokenName: "GITLAB_TOKEN" });
const group = { id: 7, kind: "group" } as const;
const usual: GitLabFacts = {
  token: { scopes: ["api"] },
  namespace: group,
  group: { creation: "developer", visibility: "public", archived: false, leaving: false },
  role: 50,
  runner: true,
};

const findings = (facts: Partial<GitLabFacts>, wanted = needs(), of = there) =>
  told(gitLabFindings(wanted, { ...usual, ...facts }, of));

test("a group that allows everything to a token that may do everything has no finding", () => {
  expect(findings({})).toEqual([]);
});

test("what GitLab does not tell is no finding", () => {
  expect(told(gitLabFindings(needs(), { namespace: group }, there))).toEqual([]);
});

describe("the token", () => {
  test("needs the scope api", () => {
    expect(findings({ token: { scopes: ["read_api", "read_user"] } })).toEqual([
      '[updates] gitlab:token: lacks the scope "api" (it has read_api, read_user). Make or renew one, of the same user of ' +
        "GitLab, at https://gitlab.com/-/user_settings/personal_access_tokens, and set it by " +
        '"pulumi config set --secret gitlab:token"',
    ]);
  });

  test("that ends soon is spoken of, with the page of a host at a path", () => {
    const token = { scopes: ["api"], ends: new Date("2026-01-08T00:00:00Z") };
    expect(findings({ token }, needs(), own)).toEqual([
      "[nothing] GITLAB_TOKEN: ends in 7 days, on 2026-01-08. Make or renew one, of the same user of GitLab, at " +
        "https://git.acme.example/gitlab/-/user_settings/personal_access_tokens, and export it as GITLAB_TOKEN",
    ]);
  });
});

describe("the owner", () => {
  test.each<readonly [string, Partial<GitLabFacts>, string]>([
    [
      "is nobody",
      { namespace: undefined },
      '[runs] slipway:git.owner: got "acme", and https://gitlab.com/ shows this token no group and no user',
    ],
    [
      "is archived",
      { group: { archived: true, leaving: false } },
      '[runs] slipway:git.owner: the group "acme" is archived, so that nothing can be made in it: unarchive it',
    ],
    [
      "is going",
      { group: { archived: false, leaving: true } },
      '[runs] slipway:git.owner: the group "acme" is marked for deletion, so that nothing can be made in it: restore it',
    ],
    [
      "lets no one make projects",
      { group: { creation: "noone", archived: false, leaving: false }, role: 60 },
      '[runs] slipway:git.owner: the group "acme" lets no one make projects: let an owner of it change "Roles allowed to ' +
        'create projects" at https://gitlab.com/groups/acme/-/edit',
    ],
  ])("%s", (_, facts, text) => {
    expect(findings(facts)).toEqual([expect.stringContaining(text)]);
  });

  test("has no values of a group where it is a person", () => {
    const found = findings(
      { namespace: { id: 7, kind: "user" } },
      needs({ ownerValues: ["slipway:git.variables"] }),
    );
    expect(found).toEqual([expect.stringContaining("[runs] slipway:git.variables: is for groups")]);
  });
});

describe("roles", () => {
  test.each([
    [
      0,
      "developer",
      'is no member of the group "acme", where projects with keys and CI variables are made by Maintainers or higher',
    ],
    [30, "developer", "is Developer of the group"],
    [30, "maintainer", "is Developer of the group"],
    [40, "owner", "are made by Owners or higher"],
    [50, "administrator", "are made by administrators only"],
  ])("%i is too little where projects are made by %s", (role, creation, text) => {
    const found = findings({ role, group: { creation, archived: false, leaving: false } });
    expect(found).toEqual([expect.stringContaining(text)]);
    expect(found[0]).toMatch(/^\[updates\] gitlab:token: its user /);
  });

  test.each([
    [40, "developer"],
    [40, "maintainer"],
    [50, "owner"],
    [60, "administrator"],
    [60, "a level that is not known yet"],
  ])("%i is enough where projects are made by %s", (role, creation) => {
    expect(findings({ role, group: { creation, archived: false, leaving: false } })).toEqual([]);
  });

  test("do not count where no project is made", () => {
    expect(findings({ role: 30 }, needs({ repositories: [repository({ made: false })] }))).toEqual([]);
  });

  test("below Owner are spoken of where projects are to be deleted, and stop nothing", () => {
    const wanted = needs({ repositories: [repository({ onDestroy: "delete" })] });
    expect(findings({ role: 40 }, wanted)).toEqual([
      expect.stringContaining("[nothing] gitlab:token: its user is Maintainer of the group"),
    ]);
    expect(findings({ role: 50 }, wanted)).toEqual([]);
  });
});

describe("visibility", () => {
  const seen = (visibility: "private" | "internal" | "public") =>
    needs({ repositories: [repository({ visibility })] });
  const within = (visibility: "private" | "internal") => ({
    group: { visibility, archived: false, leaving: false },
  });

  test("internal is not there on gitlab.com, and is elsewhere", () => {
    expect(findings({}, seen("internal"))).toEqual([
      "[runs] slipway:repositories.shop.visibility: is internal, which gitlab.com does not offer: write private or public",
    ]);
    expect(findings({}, seen("internal"), own)).toEqual([]);
  });

  test("is that of the group at most", () => {
    expect(findings(within("private"), seen("public"))).toEqual([
      expect.stringContaining(
        '[runs] slipway:repositories.shop.visibility: is public, and the group "acme" is private',
      ),
    ]);
    expect(findings(within("internal"), seen("internal"), own)).toEqual([]);
    expect(findings(within("private"), seen("private"))).toEqual([]);
  });
});

describe("plans", () => {
  const wanted = needs({
    repositories: [repository({ projectToken: "slipway:a", approvals: ["slipway:b", "slipway:c"] })],
  });

  test("free of gitlab.com has neither tokens of projects nor required approvals", () => {
    expect(findings({ namespace: { ...group, plan: "free" } }, wanted)).toEqual([
      expect.stringContaining(
        '[runs] slipway:a: asks for an access token of a project; "acme" has the plan "free"',
      ),
      expect.stringContaining('[runs] slipway:b: asks for required approvals; "acme" has the plan "free"'),
      expect.stringContaining('[runs] slipway:c: asks for required approvals; "acme" has the plan "free"'),
    ]);
  });

  test.each([
    [{ ...group, plan: "premium" }, there],
    [{ ...group, plan: "free", trial: true }, there],
    [group, there],
    [{ ...group, plan: "default" }, own],
    [{ ...group, plan: "free" }, own],
  ])("%j has both, or does not say", (namespace, of) => {
    expect(findings({ namespace }, wanted, of)).toEqual([]);
  });
});

describe("runners", () => {
  const wanted = needs({ repositories: [repository({ pipeline: true })] });

  test("that are not there are spoken of, and stop nothing", () => {
    expect(findings({ runner: false }, wanted)).toEqual([
      '[nothing] slipway:git.owner: no runner of the group "acme" or of the host is online, so that the pipelines of shop ' +
        "wait: register one at https://gitlab.com/groups/acme/-/runners",
    ]);
  });

  test("are nothing to a stack that makes no app", () => {
    expect(findings({ runner: false })).toEqual([]);
  });
});
