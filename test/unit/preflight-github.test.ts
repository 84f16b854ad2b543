/** What GitHub's answers forbid, by table: each row is a fact, and what is said of it. */
import { describe, expect, test } from "vitest";
import type { GitHubFacts, GitHubOwner } from "../../components/git/github/facts.ts";
import { gitHubFindings } from "../../preflight/github-findings.ts";
import { asked, needs, repository, told } from "./preflight-fixture.ts";

const github = asked({ baseUrl: "https://api.github.com/", tokenName: "GITHUB_TOKEN" });
const everything = ["repo", "workflow", "delete_repo", "admin:org"];
const organisation = (more: Partial<Extract<GitHubOwner, { kind: "organisation" }>> = {}): GitHubOwner => ({
  kind: "organisation",
  membersMake: {},
  ...more,
});

/** What is said of facts, where the stack is the usual one. */
const findings = (facts: GitHubFacts, wanted = needs()) => told(gitHubFindings(wanted, facts, github));

test("an organisation that allows everything to a token that may do everything has no finding", () => {
  const owner = organisation({
    plan: "team",
    deployKeys: true,
    membersMake: { private: true, internal: true, public: true },
  });
  expect(findings({ scopes: everything, owner, membership: "member", actions: "all" })).toEqual([]);
});

test("what GitHub does not tell is no finding", () => {
  const wanted = needs({
    ownerValues: ["slipway:x"],
    repositories: [repository({ protection: "slipway:y" })],
  });
  expect(findings({}, wanted)).toEqual([]);
  expect(findings({ owner: organisation() }, wanted)).toEqual([]);
});

describe("scopes of a classic token", () => {
  const without = (scope: string) => ({ scopes: everything.filter((one) => one !== scope) });

  test.each([
    ["repo", needs(), "updates", 'GITHUB_TOKEN: lacks the scope "repo", which it needs to make and change'],
    ["workflow", needs(), "updates", 'lacks the scope "workflow", which it needs to push a first commit'],
    [
      "admin:org",
      needs({ ownerValues: ["slipway:git.variables"] }),
      "updates",
      'lacks the scope "admin:org", which it needs for the values of the organisation (slipway:git.variables)',
    ],
    [
      "delete_repo",
      needs({ repositories: [repository({ onDestroy: "delete" })] }),
      "nothing",
      'lacks the scope "delete_repo", without which `pulumi destroy` cannot delete shop',
    ],
  ] as const)("without %s", (scope, wanted, stops, text) => {
    const found = findings(without(scope), wanted);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`[${stops}]`);
    expect(found[0]).toContain(text);
    expect(found[0]).toContain("https://github.com/settings/tokens, and export it as GITHUB_TOKEN");
  });

  test.each([
    [
      "workflow, where every repository has its first commit",
      needs({ repositories: [repository({ made: false })] }),
      "workflow",
    ],
    [
      "repo, where all are public and public_repo is there",
      needs({ repositories: [repository({ visibility: "public" })] }),
      "repo",
    ],
    ["delete_repo, where nothing is deleted", needs(), "delete_repo"],
    ["admin:org, where the organisation has no values", needs(), "admin:org"],
    ["anything, where the stack has no repository of its own", needs({ repositories: [] }), "repo"],
  ] as const)("need no %s", (_, wanted, scope) => {
    const scopes = [...without(scope).scopes, ...(scope === "repo" ? ["public_repo"] : [])];
    expect(findings({ scopes }, wanted)).toEqual([]);
  });

  test("for webhooks of public repositories are more than public_repo, and those for private ones are enough", () => {
    const open = needs({ repositories: [repository({ visibility: "public" })], webhooks: true });
    const found = findings({ scopes: [...without("repo").scopes, "public_repo"] }, open);
    expect(found.join()).toContain('lacks the scope "admin:repo_hook", which it needs for the webhooks');
    expect(findings({ scopes: [...without("repo").scopes, "public_repo", "admin:repo_hook"] }, open)).toEqual(
      [],
    );
    expect(findings({ scopes: everything }, needs({ webhooks: true }))).toEqual([]);
  });

  test("are named all at once", () => {
    expect(findings({ scopes: [] }, needs({ ownerValues: ["slipway:x"] }))).toHaveLength(3);
  });
});

describe("the owner", () => {
  test.each<readonly [string, GitHubOwner, string]>([
    [
      "is nobody",
      { kind: "nobody" },
      '[runs] slipway:git.owner: got "acme", and api.github.com shows this token no',
    ],
    [
      "is somebody else",
      { kind: "user", asker: "mallory" },
      '[updates] slipway:git.owner: got "acme", the personal account of somebody else than the token\'s user "mallory"',
    ],
    [
      "forbids deploy keys",
      organisation({ deployKeys: false }),
      '[runs] slipway:git.owner: the organisation "acme" forbids deploy keys, by which Flux and CI reach the repositories: let ' +
        'an owner of it enable "Deploy keys" at https://github.com/organizations/acme/settings/member_privileges',
    ],
  ])("%s", (_, owner, text) => {
    expect(findings({ owner })).toEqual([expect.stringContaining(text)]);
  });

  test("may be the token's user, in whatever case it is written", () => {
    expect(findings({ owner: { kind: "user", asker: "ACME" } })).toEqual([]);
  });

  test("may forbid deploy keys where there are none", () => {
    expect(findings({ owner: organisation({ deployKeys: false }) }, needs({ deployKeys: false }))).toEqual(
      [],
    );
  });

  test("has no values of an organisation where it is a person", () => {
    const found = findings({ owner: { kind: "user" } }, needs({ ownerValues: ["slipway:git.variables"] }));
    expect(found).toEqual([expect.stringContaining("[runs] slipway:git.variables: is for organisations")]);
  });
});

describe("plans", () => {
  const internal = needs({ repositories: [repository({ visibility: "internal" })] });
  const guarded = needs({
    repositories: [repository({ protection: "slipway:repositories.shop.protection" })],
  });

  test.each<readonly [string, GitHubOwner]>([
    ["team", organisation({ plan: "team" })],
    ["free", organisation({ plan: "free" })],
    ["of a person", { kind: "user" }],
  ])("%s have no internal repositories", (_, owner) => {
    expect(findings({ owner }, internal)).toEqual([
      expect.stringMatching(
        /^\[runs\] slipway:repositories\.shop\.visibility: is internal, and .*: write private$/,
      ),
    ]);
  });

  test.each(["enterprise", "business_plus"])("%s have them", (plan) => {
    expect(findings({ owner: organisation({ plan }) }, internal)).toEqual([]);
  });

  test.each<readonly [string, GitHubOwner]>([
    ["an organisation", organisation({ plan: "free" })],
    ["a person", { kind: "user", plan: "free" }],
  ])("free protect no private repositories of %s", (_, owner) => {
    expect(findings({ owner }, guarded)).toEqual([
      expect.stringContaining(
        '[runs] slipway:repositories.shop.protection: is for a private repository, and "acme" has the plan "free"',
      ),
    ]);
  });

  test("free protect public ones, and paid ones all", () => {
    const open = needs({ repositories: [repository({ protection: "x", visibility: "public" })] });
    expect(findings({ owner: organisation({ plan: "free" }) }, open)).toEqual([]);
    expect(findings({ owner: organisation({ plan: "team" }) }, guarded)).toEqual([]);
  });
});

describe("members", () => {
  const owner = organisation({ membersMake: { private: false, public: true } });

  test.each([
    ["none", "[updates] GITHUB_TOKEN: its user is no member of the organisation"],
    ["pending", "[updates] GITHUB_TOKEN: its user has not accepted the invitation of the organisation"],
    ["member", "[updates] slipway:repositories.shop.visibility: is private, and the organisation"],
  ] as const)("whose role is %s make no repository where members may not", (membership, text) => {
    expect(findings({ owner, membership })).toEqual([expect.stringContaining(text)]);
  });

  test("who are owners do, and so do members where they may, and where none is to be made", () => {
    const open = needs({ repositories: [repository({ visibility: "public" })] });
    const made = needs({ repositories: [repository({ made: false })] });
    expect(findings({ owner, membership: "admin" })).toEqual([]);
    expect(findings({ owner, membership: "member" }, open)).toEqual([]);
    expect(findings({ owner, membership: "member" }, made)).toEqual([]);
  });
});

describe("GitHub Actions", () => {
  test.each(["none", "selected"] as const)(
    "that are on for %s are spoken of, and stop nothing",
    (actions) => {
      const wanted = needs({ repositories: [repository({ pipeline: true })] });
      expect(findings({ owner: organisation(), actions }, wanted)).toEqual([
        expect.stringMatching(/^\[nothing\] slipway:git\.owner: GitHub Actions .*\/settings\/actions$/),
      ]);
    },
  );
});

describe("a token's end", () => {
  test.each([
    [15, undefined],
    [14, "ends in 14 days, on 2026-01-15"],
    [1, "ends in one day, on 2026-01-02"],
    [0, "ends within a day, on 2026-01-01"],
  ])("in %i days", (days, text) => {
    const tokenEnds = new Date(github.now + days * 86_400_000 + 1000);
    const wanted =
      text === undefined ? [] : [expect.stringContaining(`[nothing] GITHUB_TOKEN: ${text}. Make or renew`)];
    expect(findings({ tokenEnds })).toEqual(wanted);
  });
});
