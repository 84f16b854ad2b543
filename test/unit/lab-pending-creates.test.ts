import { describe, expect, test } from "vitest";
import { idOf, settlePendingCreates, type StateResource } from "../../lab/pending-creates.ts";

const resource = (name: string, type: string, inputs: Record<string, unknown> = {}): StateResource => ({
  urn: `urn:pulumi:dev::slipway::${type}::${name}`,
  type,
  inputs,
});
const nothing = () => Promise.resolve(undefined);

describe("the id of what was being created", () => {
  test.each([
    ["kubernetes:core/v1:Namespace", { metadata: { name: "flux-system" } }, "flux-system"],
    ["kubernetes:apps/v1:Deployment", { metadata: { name: "a", namespace: "b" } }, "b/a"],
    ["kubernetes:core/v1:ConfigMap", { metadata: { generateName: "a-" } }, undefined],
    ["kubernetes:core/v1:ConfigMap", {}, undefined],
    ["github:index/repository:Repository", { name: "flux-cd" }, "flux-cd"],
    ["github:index/actionsVariable:ActionsVariable", { repository: "app", variableName: "URL" }, "app:URL"],
    ["github:index/actionsSecret:ActionsSecret", { repository: "app", secretName: "KEY" }, undefined],
    ["gitlab:index/project:Project", { name: "flux-cd", path: "flux-cd" }, undefined],
    ["gitlab:index/projectVariable:ProjectVariable", { project: "7", key: "URL" }, "7:URL:*"],
    [
      "gitlab:index/projectJobTokenScope:ProjectJobTokenScope",
      { project: "7", targetProjectId: 6 },
      "7:project:6",
    ],
    ["gitlab:index/projectVariable:ProjectVariable", { project: "7", key: { secret: 1 } }, undefined],
    [
      "gitlab:index/groupVariable:GroupVariable",
      { group: "3", key: "URL", environmentScope: "live" },
      "3:URL:live",
    ],
    ["gitlab:index/branchProtection:BranchProtection", { project: "7", branch: "main" }, "7:main"],
    ["gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals", { project: "7" }, "7"],
    ["gitlab:index/projectAccessToken:ProjectAccessToken", { project: "7", name: "ci" }, undefined],
    ["gitlab:index/projectHook:ProjectHook", { project: "7", url: "https://flux.example/1" }, undefined],
    [
      "github:index/repositoryEnvironment:RepositoryEnvironment",
      { repository: "app", environment: "a:b" },
      "app:a??b",
    ],
    [
      "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable",
      { repository: "app", environment: "live", variableName: "URL" },
      "app:live:URL",
    ],
    ["github:index/actionsOrganizationVariable:ActionsOrganizationVariable", { variableName: "URL" }, "URL"],
    ["github:index/repositoryRuleset:RepositoryRuleset", { repository: "app", name: "x" }, undefined],
    ["pulumi:index:Stash", { input: { branch: "main" } }, undefined],
  ])("%s %j is %s", (type, inputs, id) => {
    expect(idOf(resource("it", type, inputs))).toBe(id);
  });
});

test("things with an id become resources, others are forgotten, and no creation is pending", async () => {
  const there = { ...resource("there", "kubernetes:core/v1:Namespace"), id: "there" };
  const namespace = resource("ns", "kubernetes:core/v1:Namespace", { metadata: { name: "ns" } });
  const key = resource("key", "github:index/repositoryDeployKey:RepositoryDeployKey", { title: "t" });
  const tls = resource("tls", "tls:index/privateKey:PrivateKey");
  const update = { type: "updating", resource: there };
  const creating = [namespace, key, tls].map((it) => ({ type: "creating", resource: it }));
  const state = {
    version: 3,
    deployment: { manifest: {}, resources: [there], pending_operations: [update, ...creating] },
  };
  const settled = await settlePendingCreates(state, (it) =>
    Promise.resolve(it === key ? "repo:7" : undefined),
  );
  expect(settled).toEqual({
    version: 3,
    deployment: {
      manifest: {},
      resources: [there, { ...namespace, id: "ns" }, { ...key, id: "repo:7" }],
      pending_operations: [update],
    },
  });
});

test("what the state has already is not entered twice", async () => {
  const it = resource("ns", "kubernetes:core/v1:Namespace", { metadata: { name: "ns" } });
  const state = {
    deployment: {
      resources: [{ ...it, id: "ns" }],
      pending_operations: [{ type: "creating", resource: it }],
    },
  };
  const { deployment } = await settlePendingCreates(state, nothing);
  expect(deployment.resources).toEqual([{ ...it, id: "ns" }]);
});

test("what several killed runs were creating is entered once, as the last one wanted it", async () => {
  const wanted = (label: string) =>
    resource("ns", "kubernetes:core/v1:Namespace", { metadata: { name: "ns", labels: { label } } });
  const creating = ["first", "last"].map((label) => ({ type: "creating", resource: wanted(label) }));
  const { deployment } = await settlePendingCreates(
    { deployment: { pending_operations: creating } },
    nothing,
  );
  expect(deployment).toEqual({ resources: [{ ...wanted("last"), id: "ns" }], pending_operations: [] });
});

test("a state without anything in it stays so", async () => {
  const { deployment } = await settlePendingCreates({ deployment: {} }, nothing);
  expect(deployment).toEqual({ resources: [], pending_operations: [] });
});
