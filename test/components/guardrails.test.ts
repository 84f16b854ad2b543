/** Merge methods and protection, in each host's own resources. */
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { DeployKey } from "../../components/git/keys/deploy-key.ts";
import type {
  GitHost,
  SeededRepository,
  ProtectionArgs,
  RepositoryArgs,
} from "../../components/git/git-host.ts";
import { GitHubHost } from "../../components/git/github.ts";
import { GitLabHost } from "../../components/git/gitlab.ts";
import { values } from "../unit/first-commit-fixture.ts";
import { watchGraph } from "./flux-graph.ts";
import { only, record, settled, type Registered } from "./mocks.ts";
import { build, waitsFor } from "./platform-fixture.ts";

// The first use of an SDK loads it.
vi.setConfig({ testTimeout: 60_000 });

const url = "https://git.example/acme/shop";
const token = pulumi.secret("a-token");
const where = { baseUrl: "https://git.example/", token, knownHosts: "" };
const github = () => new GitHubHost("host", { ...where, owner: "acme", writeDelaySeconds: 0 }, {});
const gitlab = (enterprise?: boolean) =>
  new GitLabHost("host", { ...where, owner: "acme", namespaceId: 7, enterprise }, {});
const rules = { reviews: 2, codeOwners: true, checks: ["ci / test"] };

let registered: Registered[];
beforeEach(async () => {
  registered = await record({
    "pulumi:index:Stash": (_, { input }) => ({ output: input }),
    "github:index/repository:Repository": () => ({ httpCloneUrl: url, sshCloneUrl: url, htmlUrl: url }),
    "gitlab:index/project:Project": () => ({
      ...{ pathWithNamespace: "acme/shop", httpUrlToRepo: url, sshUrlToRepo: url, webUrl: url },
    }),
    "tls:index/privateKey:PrivateKey": () => ({ privateKeyOpenssh: "k", publicKeyOpenssh: "k" }),
  });
});

function repository(host: GitHost, more: Partial<RepositoryArgs> = {}): SeededRepository {
  const seed = { role: "fluxcd", values } as const;
  const usual = {
    topics: [],
    visibility: "private",
    defaultBranch: "main",
    onDestroy: "keep",
    seed,
  } as const;
  return host.repository("shop", { repository: "shop", ...usual, ...more }, {});
}

/** What is registered beside the repository for a protection of it, without what is the same for all. */
async function protectedBy(host: GitHost, more: Partial<ProtectionArgs> = {}, writes = false) {
  const shop = repository(host);
  const key = () => new DeployKey("ci", { host, repository: shop, title: "", write: true });
  const writers = writes ? [key()] : [];
  host.protection("guard", { repository: shop, branch: "main", rules, writers, ...more }, {});
  await settled(registered);
  return registered.filter(({ name }) => name.startsWith("guard"));
}

describe("merge methods", () => {
  test.each([
    ["github", github, { allowMergeCommit: false, allowSquashMerge: true, allowRebaseMerge: true }],
    ["gitlab", gitlab, { mergeMethod: "ff", squashOption: "default_off" }],
  ] as const)(
    "are settings of a repository on %s, and left to the host unless given",
    async (_, make, settings) => {
      const host = make();
      repository(host, { mergeMethods: ["squash", "rebase"] });
      await settled(registered);
      expect(only(registered, "shop").inputs).toMatchObject(settings);
      registered.length = 0;
      repository(host);
      await settled(registered);
      for (const setting of Object.keys(settings))
        expect(only(registered, "shop").inputs).not.toHaveProperty(setting);
    },
  );
});

describe("protection on GitHub", () => {
  const typed = "github:index/repositoryRuleset:RepositoryRuleset";

  test("is two rulesets for the branch: nobody gets past the one that keeps the history", async () => {
    const [history, changes, ...others] = await protectedBy(github(), {}, true);
    expect(others).toEqual([]);
    for (const ruleset of [history, changes]) {
      expect(ruleset).toMatchObject({ type: typed, provider: "host" });
      expect(ruleset?.inputs).toMatchObject({
        target: "branch",
        enforcement: "active",
        conditions: { refName: { includes: ["refs/heads/main"], excludes: [] } },
      });
    }
    expect(history?.inputs).toMatchObject({
      name: "slipway-history",
      rules: { deletion: true, nonFastForward: true },
    });
    expect(history?.inputs).not.toHaveProperty("bypassActors");
    expect(changes?.inputs["name"]).toBe("slipway-changes");
  });

  test("asks for pull requests, with reviews and checks", async () => {
    const [, changes] = await protectedBy(github());
    expect(changes?.inputs["rules"]).toEqual({
      pullRequest: {
        requiredApprovingReviewCount: 2,
        requireCodeOwnerReview: true,
        dismissStaleReviewsOnPush: true,
        allowedMergeMethods: ["merge", "squash", "rebase"],
      },
      requiredStatusChecks: { requiredChecks: [{ context: "ci / test" }] },
    });
  });

  test("asks for no check where none is named, and merges as the repository does", async () => {
    const none = { reviews: 0, codeOwners: false, checks: [] };
    const [, changes] = await protectedBy(github(), { rules: none, mergeMethods: ["squash"] });
    expect(changes?.inputs["rules"]).toEqual({
      pullRequest: {
        requiredApprovingReviewCount: 0,
        requireCodeOwnerReview: false,
        dismissStaleReviewsOnPush: false,
        allowedMergeMethods: ["squash"],
      },
    });
  });

  test("lets keys past only where a CI delivers", async () => {
    const [, without] = await protectedBy(github());
    expect(without?.inputs).not.toHaveProperty("bypassActors");
    registered.length = 0;
    const [, withKey] = await protectedBy(github(), {}, true);
    expect(withKey?.inputs["bypassActors"]).toEqual([{ actorType: "DeployKey", bypassMode: "always" }]);
  });
});

describe("protection on GitLab", () => {
  const type = "gitlab:index/branchProtection:BranchProtection";
  const common = { project: "shop-id", branch: "main", allowForcePush: false };
  const nothing = { reviews: 0, codeOwners: false, checks: [] };

  test("lets the CI's key push, and nobody else", async () => {
    const [protection, ...others] = await protectedBy(gitlab(), { rules: nothing }, true);
    expect(others).toEqual([]);
    expect(protection).toMatchObject({ type, provider: "host" });
    const { allowedToPushes, ...inputs } = protection?.inputs ?? {};
    expect(inputs).toEqual({ ...common, allowedToMerges: [{ accessLevel: "maintainer" }] });
    // The mock's ids have no number in them.
    expect(allowedToPushes).toEqual([{ deployKeyId: Number.NaN }]);
  });

  test("lets nobody push where no CI delivers", async () => {
    const [protection] = await protectedBy(gitlab(), { rules: nothing });
    expect(protection?.inputs["allowedToPushes"]).toEqual([{ accessLevel: "no one" }]);
  });

  test("asks for reviews by the project's rule for any approver, and for code owners on the branch", async () => {
    const graph = watchGraph();
    expect(await protectedBy(gitlab(), {}, true)).toHaveLength(3);
    expect(only(registered, "guard").inputs["codeOwnerApprovalRequired"]).toBe(true);
    expect(only(registered, "guard-reviews")).toMatchObject({
      type: "gitlab:index/projectApprovalRule:ProjectApprovalRule",
      provider: "host",
      inputs: {
        project: "shop-id",
        name: "slipway-reviews",
        ruleType: "any_approver",
        approvalsRequired: 2,
      },
    });
    // One that a killed run has left goes first.
    expect(graph.registrations.get("guard-reviews")?.beforeCreate).toHaveLength(1);
  });

  test.each([
    [{ ...nothing, codeOwners: true }, "guard"],
    [{ ...nothing, reviews: 1 }, "guard-reviews"],
  ])("with %j lets no author approve, and nobody change the rules for one request", async (asked, after) => {
    const graph = watchGraph();
    await protectedBy(gitlab(), { rules: asked });
    expect(only(registered, "guard-approvals")).toMatchObject({
      type: "gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals",
      provider: "host",
      inputs: {
        project: "shop-id",
        disableOverridingApproversPerMergeRequest: true,
        mergeRequestsAuthorApproval: false,
        resetApprovalsOnPush: true,
      },
    });
    expect(graph.registrations.get("guard-approvals")?.dependencies).toContain(after);
  });

  test("is told a Community Edition by levels, which is all that the provider takes there", async () => {
    const [protection] = await protectedBy(gitlab(false), { rules: nothing });
    expect(protection?.inputs).toEqual({
      ...common,
      pushAccessLevel: "no one",
      mergeAccessLevel: "maintainer",
    });
  });

  test("waits for the pipeline where checks are named, and says nothing where there is no protection", async () => {
    const host = gitlab();
    for (const [protection, expected] of [
      [rules, true],
      [{ ...rules, checks: [] }, false],
      [undefined, undefined],
    ] as const) {
      registered.length = 0;
      repository(host, protection && { protection });
      await settled(registered);
      expect(only(registered, "shop").inputs["onlyAllowMergeIfPipelineSucceeds"]).toBe(expected);
    }
  });
});

describe("a platform's", () => {
  const protections = [
    [["repositories", "flux-cd", "protection"], { checks: ["ci"], reviews: 1 }],
    [["repositories", "helm", "protection"], {}],
  ] as const;
  const onGitLab = [
    [["git", "kind"], "gitlab"],
    [["git", "writeDelay"], undefined],
    // Its value here is one that GitLab would not mask.
    [["repositories", "spring-app", "secrets"], []],
  ] as const;
  const guarded = (kind: "github" | "gitlab") =>
    kind === "github"
      ? build("dev", protections)
      : build("dev", [...protections, ...onGitLab], { preview: true });

  test.each([
    ["github", ["flux-cd-protection-changes", "flux-cd-protection-history"]],
    ["gitlab", ["flux-cd-protection", "flux-cd-protection-reviews", "flux-cd-protection-approvals"]],
  ] as const)("protection comes after the first commit on %s", async (kind, names) => {
    const built = await guarded(kind);
    for (const name of names) expect(waitsFor(built, name)).toContain("flux-cd-first-commit");
  });

  test("CI pushes past the protection of what it delivers into, and of nothing else", async () => {
    const { registered: all } = await guarded("github");
    const bypass = (name: string) => only(all, `${name}-protection-changes`).inputs["bypassActors"];
    expect(bypass("flux-cd")).toHaveLength(1);
    expect(bypass("helm")).toBeUndefined();
  });

  test("GitLab keeps a branch's protection that goes from the stack, but no reviews; GitHub keeps nothing", async () => {
    const { graph: gitlabGraph } = await guarded("gitlab");
    expect(gitlabGraph.registrations.get("flux-cd-protection")?.retainOnDelete).toBe(true);
    for (const name of ["flux-cd-protection-reviews", "flux-cd-protection-approvals"])
      expect(gitlabGraph.registrations.get(name)?.retainOnDelete).toBe(false);
    const { graph: githubGraph } = await guarded("github");
    expect(githubGraph.registrations.get("flux-cd-protection-changes")?.retainOnDelete).toBe(false);
  });
});
