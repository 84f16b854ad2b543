/** The stand-in for GitLab's plugin, spoken to as the engine does, on the lab's GitLab. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GitLabTestHost } from "../../lab/git-host/gitlab/testing.ts";
import { isSecret, numberAt, plain, secret, UNKNOWN, type PropertyMap } from "../../lab/providers/values.ts";
import { ProviderClient } from "./provider-client.ts";

const project = "gitlab:index/project:Project";
const variable = "gitlab:index/projectVariable:ProjectVariable";
const key = "gitlab:index/deployKey:DeployKey";
const protection = "gitlab:index/branchProtection:BranchProtection";
const rule = "gitlab:index/projectApprovalRule:ProjectApprovalRule";
const approvals = "gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals";
const hook = "gitlab:index/projectHook:ProjectHook";
const scope = "gitlab:index/projectJobTokenScope:ProjectJobTokenScope";

let host: GitLabTestHost;
let provider: ProviderClient;
let namespaceId: number;

beforeAll(async () => {
  host = await GitLabTestHost.start();
  provider = await ProviderClient.start("gitlab", { baseUrl: `${host.host.url}/`, token: host.host.token });
  namespaceId = ((await host.call("GET", "/groups/acme")).body as { id: number }).id;
});

afterAll(async () => {
  await provider.end();
  await host.stop();
});

/** What the host has. */
const look = async (path: string) => (await host.call("GET", path)).body as Record<string, unknown>;

/** Inputs as the engine has them after the check. */
const checked = (type: string, inputs: PropertyMap) => provider.check(type, inputs);

let projects = 0;
async function makeProject(inputs: PropertyMap = {}) {
  const name = `project-${(projects += 1)}`;
  const all = await checked(project, {
    name,
    path: name,
    namespaceId,
    visibilityLevel: "private",
    ...inputs,
  });
  return { inputs: all, saved: await provider.create(project, all) };
}

describe("a project", () => {
  test("has the number that the host gave it, its addresses, and a secret token of runners", async () => {
    const { saved } = await makeProject({ description: "one", topics: ["b", "a"] });
    expect(saved.id).toMatch(/^\d+$/);
    const { runnersToken, ...state } = saved.properties;
    expect(plain(state)).toMatchObject({
      pathWithNamespace: expect.stringMatching(/^acme\/project-/) as string,
      httpUrlToRepo: expect.stringContaining(host.host.url) as string,
      emptyRepo: true,
    });
    expect(runnersToken === undefined || isSecret(runnersToken)).toBe(true);
    expect(await look(`/projects/${saved.id}`)).toMatchObject({ description: "one", visibility: "private" });
  });

  test("in a preview has what is given, and knows nothing of what the host gives", async () => {
    const inputs = await checked(project, { name: "x", path: "x", namespaceId });
    const { id, properties } = await provider.create(project, inputs, { preview: true });
    expect(id).toBe("");
    expect(properties).toMatchObject({ name: "x", webUrl: UNKNOWN, visibilityLevel: UNKNOWN });
    expect((await host.call("GET", "/projects/acme%2Fx")).status).toBe(404);
  });

  test("is what it was, in any order of topics, until something changes; nothing replaces it", async () => {
    const { inputs, saved } = await makeProject({ topics: ["b", "a"], description: "one" });
    expect(await provider.diff(project, saved, inputs)).toEqual({ changes: [], replaces: [] });
    const news = { ...inputs, topics: ["a", "b"], description: "two", archiveOnDestroy: true };
    expect(await provider.diff(project, saved, news)).toEqual({
      changes: ["description", "archiveOnDestroy"],
      replaces: [],
    });
    const updated = await provider.update(project, saved, news);
    expect(await look(`/projects/${saved.id}`)).toMatchObject({ description: "two" });
    expect((await provider.diff(project, updated, news)).changes).toEqual([]);
    const without = Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== "description"));
    expect((await provider.diff(project, saved, without)).changes).toEqual(["description"]);
  });

  test("is imported by its number or its path, with the inputs that would have made it", async () => {
    const { inputs, saved } = await makeProject({ description: "one" });
    const path = plain(saved.properties)["pathWithNamespace"] as string;
    for (const id of [saved.id, path]) {
      const read = await provider.read(project, { id, properties: {} }, {});
      expect(read.id).toBe(saved.id);
      expect(read.inputs).toMatchObject({ description: "one", namespaceId });
      expect((await provider.diff(project, read, inputs)).changes).toEqual([]);
    }
  });

  test("that somebody changed or removed is seen by a refresh", async () => {
    const { inputs, saved } = await makeProject({ description: "one" });
    await host.call("PUT", `/projects/${saved.id}`, { description: "by hand" });
    const read = await provider.read(project, saved, inputs);
    expect(read.inputs).toMatchObject({ description: "by hand" });
    expect((await provider.diff(project, read, inputs)).changes).toEqual(["description"]);
    await host.call("DELETE", `/projects/${saved.id}`);
    expect((await provider.read(project, saved, inputs)).id).toBe("");
  });

  test("is deleted, so that its path is free; or archived, where that is asked for", async () => {
    const { saved, inputs } = await makeProject();
    await provider.delete(project, saved);
    expect((await provider.create(project, inputs)).id).not.toBe(saved.id);
    const kept = await makeProject({ archiveOnDestroy: true });
    await provider.delete(project, kept.saved);
    expect(await look(`/projects/${kept.saved.id}`)).toMatchObject({ archived: true });
  });

  test("whose path is taken is refused in the host's words", async () => {
    const { inputs } = await makeProject();
    await expect(provider.create(project, inputs)).rejects.toThrow(
      /GitLab answers 400 to POST \/api\/v4\/projects: .*has already been taken/,
    );
  });
});

describe("a variable", () => {
  const inputs = (id: string, more: PropertyMap = {}): PropertyMap => ({
    project: id,
    key: "KEY",
    value: secret("12345678"),
    masked: true,
    protected: true,
    raw: true,
    ...more,
  });

  test("is made, changed, found again by its id and removed; its value stays a secret", async () => {
    const { saved: owner } = await makeProject();
    const first = await checked(variable, inputs(owner.id));
    const saved = await provider.create(variable, first);
    expect(saved.id).toBe(`${owner.id}:KEY:*`);
    expect(isSecret(saved.properties["value"] ?? null)).toBe(true);
    expect(await provider.diff(variable, saved, first)).toEqual({ changes: [], replaces: [] });
    const news = { ...first, value: secret("87654321"), protected: false };
    expect((await provider.diff(variable, saved, news)).changes).toEqual(["value", "protected"]);
    await provider.update(variable, saved, news);
    expect(await look(`/projects/${owner.id}/variables/KEY`)).toMatchObject({
      value: "87654321",
      masked: true,
      protected: false,
      raw: true,
    });
    const read = await provider.read(variable, { id: saved.id, properties: {} }, {});
    expect(plain(read.inputs)).toMatchObject({ key: "KEY", value: "87654321", environmentScope: "*" });
    await provider.delete(variable, saved);
    await provider.delete(variable, saved);
    expect((await provider.read(variable, saved, news)).id).toBe("");
  });

  test("of another key, scope or project is another one", async () => {
    const { saved: owner } = await makeProject();
    const first = await checked(variable, inputs(owner.id));
    const saved = await provider.create(variable, first);
    for (const [name, value] of [
      ["key", "OTHER"],
      ["environmentScope", "production"],
      ["project", "1"],
    ] as const)
      expect((await provider.diff(variable, saved, { ...first, [name]: value })).replaces).toEqual([name]);
  });

  test("that cannot be masked is refused in the host's words, and its value is not among them", async () => {
    const { saved: owner } = await makeProject();
    const wrong = await checked(variable, inputs(owner.id, { value: secret("two words of it") }));
    const refused = provider.create(variable, wrong);
    await expect(refused).rejects.toThrow(/GitLab answers 400 to POST .*variables/);
    await expect(refused).rejects.not.toThrow(/two words/);
  });
});

describe("a deploy key", () => {
  test("is registered without the blanks around it, and every change is another key", async () => {
    const { saved: owner } = await makeProject();
    const pair = await host.key("provider");
    const inputs = await checked(key, { project: owner.id, title: "one", key: `${pair.publicKey}\n` });
    const saved = await provider.create(key, inputs);
    expect(saved.id).toBe(`${owner.id}:${numberAt(plain(saved.properties), ["deployKeyId"])}`);
    expect(await provider.diff(key, saved, inputs)).toEqual({ changes: [], replaces: [] });
    expect(await provider.diff(key, saved, { ...inputs, canPush: true, title: "two" })).toEqual({
      changes: ["title", "canPush"],
      replaces: ["title", "canPush"],
    });
    const read = await provider.read(key, { id: saved.id, properties: {} }, {});
    expect((await provider.diff(key, read, inputs)).changes).toEqual([]);
    await provider.delete(key, saved);
    expect((await provider.read(key, saved, inputs)).id).toBe("");
    // As in the official provider.
    await expect(provider.delete(key, saved)).rejects.toThrow(/GitLab answers 404 to DELETE/);
  });
});

describe("a protected branch", () => {
  async function owner() {
    const { saved } = await makeProject();
    const pair = await host.key(`protection-${saved.id}`);
    const inputs = { project: saved.id, title: "ci", key: pair.publicKey, canPush: true };
    const made = await provider.create(key, await checked(key, inputs));
    return { project: saved.id, deployKeyId: numberAt(plain(made.properties), ["deployKeyId"]) };
  }
  const shown = (id: string, branch = "main") => look(`/projects/${id}/protected_branches/${branch}`);

  test("that the host protects by itself is taken over, for one key, and found again by its id", async () => {
    const { project: id, deployKeyId } = await owner();
    await host.call("POST", `/projects/${id}/protected_branches`, { name: "main" });
    const inputs = await checked(protection, {
      ...{ project: id, branch: "main", allowForcePush: false },
      allowedToPushes: [{ deployKeyId }],
      allowedToMerges: [{ accessLevel: "maintainer" }],
    });
    const saved = await provider.create(protection, inputs);
    expect(saved.id).toBe(`${id}:main`);
    expect(await shown(id)).toMatchObject({
      push_access_levels: [{ deploy_key_id: deployKeyId }],
      merge_access_levels: [{ access_level: 40 }],
      allow_force_push: false,
    });
    expect(await provider.diff(protection, saved, inputs)).toEqual({ changes: [], replaces: [] });
    const read = await provider.read(protection, { id: saved.id, properties: {} }, {});
    expect((await provider.diff(protection, read, inputs)).changes).toEqual([]);

    const news = { ...inputs, allowedToPushes: [{ accessLevel: "no one" }] };
    expect(await provider.diff(protection, saved, news)).toEqual({
      changes: ["allowedToPushes"],
      replaces: [],
    });
    await provider.update(protection, saved, news);
    expect((await shown(id))["push_access_levels"]).toMatchObject([{ access_level: 0, deploy_key_id: null }]);
    expect((await provider.diff(protection, saved, { ...inputs, branch: "x" })).replaces).toEqual(["branch"]);
    await provider.delete(protection, saved);
    expect((await provider.read(protection, saved, inputs)).id).toBe("");
  });

  test("asks for code owners, and stops, where there is a licence; without one the host leaves it out", async () => {
    const { project: id } = await owner();
    const inputs = await checked(protection, {
      project: id,
      branch: "main",
      codeOwnerApprovalRequired: true,
    });
    const without = await provider.create(protection, inputs);
    expect((await shown(id))["code_owner_approval_required"]).toBe(false);
    await premium(async () => {
      expect((await provider.diff(protection, without, inputs)).changes).toEqual([
        "codeOwnerApprovalRequired",
      ]);
      const updated = await provider.update(protection, without, inputs);
      expect((await shown(id))["code_owner_approval_required"]).toBe(true);
      const left = await checked(protection, { project: id, branch: "main" });
      expect(await provider.diff(protection, updated, left)).toEqual({
        changes: ["codeOwnerApprovalRequired"],
        replaces: [],
      });
      await provider.update(protection, updated, left);
      expect((await shown(id))["code_owner_approval_required"]).toBe(false);
    });
  });

  test("that is not the default one, and there already, is somebody's", async () => {
    const { project: id } = await owner();
    await host.call("POST", `/projects/${id}/protected_branches`, { name: "theirs" });
    const inputs = await checked(protection, { project: id, branch: "theirs" });
    await expect(provider.create(protection, inputs)).rejects.toThrow(
      /"theirs" on project .* already exists/,
    );
  });

  test("whose key is not known in a preview is not known to be the same", async () => {
    const { project: id } = await owner();
    const inputs = await checked(protection, {
      project: id,
      branch: "main",
      allowedToPushes: [{ deployKeyId: UNKNOWN }],
    });
    expect((await provider.create(protection, inputs, { preview: true })).id).toBe("");
  });

  test("is not told by levels, which are for a Community Edition", async () => {
    const { project: id } = await owner();
    const inputs = await checked(protection, { project: id, branch: "main", pushAccessLevel: "no one" });
    await expect(provider.create(protection, inputs)).rejects.toThrow(
      /pushAccessLevel: not available, .*Enterprise/,
    );
    await expect(
      checked(protection, { project: id, branch: "main", allowedToPushes: [{ userId: 1 }] }),
    ).rejects.toThrow(/allowedToPushes: got object, expected a list of objects/);
  });
});

/** With a licence of Premium, for as long as something lasts. */
async function premium(work: () => Promise<void>): Promise<void> {
  await host.host.setPremium(true);
  try {
    await work();
  } finally {
    await host.host.setPremium(false);
  }
}

describe("an approval rule", () => {
  const wanted = (id: string, approvalsRequired = 2) =>
    checked(rule, { project: id, name: "reviews", ruleType: "any_approver", approvalsRequired });
  const rules = async (id: string) =>
    (await host.call("GET", `/projects/${id}/approval_rules`)).body as Record<string, unknown>[];

  test("is made, changed, found again by its id and removed", () =>
    premium(async () => {
      const { id } = (await makeProject()).saved;
      const inputs = await wanted(id);
      const saved = await provider.create(rule, inputs);
      expect(await rules(id)).toMatchObject([
        { name: "reviews", rule_type: "any_approver", approvals_required: 2 },
      ]);
      expect(saved.id).toBe(`${id}:${String((await rules(id))[0]?.["id"])}`);
      expect(await provider.diff(rule, saved, inputs)).toEqual({ changes: [], replaces: [] });
      const read = await provider.read(rule, { id: saved.id, properties: {} }, {});
      expect((await provider.diff(rule, read, inputs)).changes).toEqual([]);
      const news = { ...inputs, approvalsRequired: 3 };
      expect(await provider.diff(rule, saved, news)).toEqual({
        changes: ["approvalsRequired"],
        replaces: [],
      });
      await provider.update(rule, saved, news);
      expect(await rules(id)).toMatchObject([{ approvals_required: 3 }]);
      expect((await provider.diff(rule, saved, { ...inputs, project: "1" })).replaces).toEqual(["project"]);
      await provider.delete(rule, saved);
      expect(await rules(id)).toEqual([]);
      expect((await provider.read(rule, saved, inputs)).id).toBe("");
      // As in the official provider.
      await expect(provider.delete(rule, saved)).rejects.toThrow(/GitLab answers 404 to DELETE/);
    }));

  test("that asks for nobody is taken over; one that asks for somebody is refused", () =>
    premium(async () => {
      const { id } = (await makeProject()).saved;
      const path = `/projects/${id}/approval_rules`;
      const all = { name: "All Members", rule_type: "any_approver", approvals_required: 0 };
      const there = (await host.call("POST", path, all)).body as { id: number };
      const saved = await provider.create(rule, await wanted(id));
      expect(saved.id).toBe(`${id}:${there.id}`);
      expect(await rules(id)).toMatchObject([{ name: "reviews", approvals_required: 2 }]);
      await expect(provider.create(rule, await wanted(id))).rejects.toThrow(
        /any-approver for the project already exists/,
      );
    }));

  test("is refused without a licence", async () => {
    const { id } = (await makeProject()).saved;
    await expect(provider.create(rule, await wanted(id))).rejects.toThrow(
      /GitLab answers 403 .*approval_rules/,
    );
  });
});

describe("who may approve", () => {
  test("is what the program says; the rest stays, and all goes back to the defaults", () =>
    premium(async () => {
      const { id } = (await makeProject()).saved;
      const shown = () => look(`/projects/${id}/approvals`);
      await host.call("POST", `/projects/${id}/approvals`, {
        merge_requests_disable_committers_approval: true,
      });
      const wanted = { project: id, disableOverridingApproversPerMergeRequest: true };
      const inputs = await checked(approvals, { ...wanted, resetApprovalsOnPush: false });
      const saved = await provider.create(approvals, inputs);
      expect(saved.id).toBe(id);
      expect(await shown()).toMatchObject({
        disable_overriding_approvers_per_merge_request: true,
        reset_approvals_on_push: false,
        merge_requests_author_approval: false,
        merge_requests_disable_committers_approval: true,
      });
      expect(await provider.diff(approvals, saved, inputs)).toEqual({ changes: [], replaces: [] });
      const read = await provider.read(approvals, { id: saved.id, properties: {} }, {});
      expect((await provider.diff(approvals, read, inputs)).changes).toEqual([]);
      const news = { ...inputs, mergeRequestsAuthorApproval: true };
      expect(await provider.diff(approvals, saved, news)).toEqual({
        changes: ["mergeRequestsAuthorApproval"],
        replaces: [],
      });
      await provider.update(approvals, saved, news);
      expect(await shown()).toMatchObject({ merge_requests_author_approval: true });
      expect((await provider.diff(approvals, saved, { ...inputs, project: "1" })).replaces).toEqual([
        "project",
      ]);
      await provider.delete(approvals, saved);
      expect(await shown()).toMatchObject({
        disable_overriding_approvers_per_merge_request: false,
        reset_approvals_on_push: true,
        merge_requests_author_approval: false,
        merge_requests_disable_committers_approval: false,
      });
    }));
});

describe("a webhook", () => {
  test("is made, changed, found again by its id and removed; its token is a secret that the host does not tell", async () => {
    const { saved: owner } = await makeProject();
    const wanted = { project: owner.id, url: "https://flux.example/hook/1", token: secret("a-token") };
    const inputs = await checked(hook, { ...wanted, name: "Flux", pushEventsBranchFilter: "main" });
    const saved = await provider.create(hook, inputs);
    expect(saved.id).toBe(`${owner.id}:${numberAt(plain(saved.properties), ["hookId"])}`);
    expect(plain(saved.properties)).toMatchObject({ pushEvents: true, enableSslVerification: true });
    expect(isSecret(saved.properties["token"] ?? null)).toBe(true);
    expect(await provider.diff(hook, saved, inputs)).toEqual({ changes: [], replaces: [] });
    const read = await provider.read(hook, saved, inputs);
    expect((await provider.diff(hook, read, inputs)).changes).toEqual([]);
    const news = { ...inputs, token: secret("another"), tagPushEvents: true };
    expect(await provider.diff(hook, saved, news)).toEqual({
      changes: ["token", "tagPushEvents"],
      replaces: [],
    });
    await provider.update(hook, saved, news);
    const path = `/projects/${owner.id}/hooks/${numberAt(plain(saved.properties), ["hookId"])}`;
    expect(await look(path)).toMatchObject({
      name: "Flux",
      tag_push_events: true,
      push_events_branch_filter: "main",
    });
    await provider.delete(hook, saved);
    expect((await provider.read(hook, saved, news)).id).toBe("");
    await expect(provider.delete(hook, saved)).rejects.toThrow(/GitLab answers 404 to DELETE/);
  });

  test("to another address, or of another project, is another one", async () => {
    const { saved: owner } = await makeProject();
    const inputs = await checked(hook, { project: owner.id, url: "https://flux.example/hook/1" });
    const saved = await provider.create(hook, inputs);
    for (const [name, value] of [
      ["url", "https://flux.example/hook/2"],
      ["project", "1"],
    ] as const)
      expect((await provider.diff(hook, saved, { ...inputs, [name]: value })).replaces).toEqual([name]);
  });
});

describe("an entry of the job token's list", () => {
  test("lets one project in, and out again", async () => {
    const [{ saved: source }, { saved: reader }] = [await makeProject(), await makeProject()];
    const inputs = await checked(scope, { project: source.id, targetProjectId: Number(reader.id) });
    const saved = await provider.create(scope, inputs);
    expect(saved.id).toBe(`${source.id}:project:${reader.id}`);
    expect((await provider.read(scope, saved, inputs)).id).toBe(saved.id);
    await provider.delete(scope, saved);
    expect((await provider.read(scope, saved, inputs)).id).toBe("");
    await expect(provider.delete(scope, saved)).rejects.toThrow(/is not in the job token scope/);
  });
});

describe("what it does not handle", () => {
  test("is refused by name: a type", async () => {
    await expect(checked("gitlab:index/group:Group", {})).rejects.toThrow(
      /does not handle the type gitlab:index\/group:Group/,
    );
  });

  test.each([
    ["a property", project, { name: "x", wikiAccessLevel: "disabled" }, /wikiAccessLevel: .*does not handle/],
    ["an output", project, { name: "x", webUrl: "x" }, /webUrl: .*does not handle/],
    ["a value", project, { name: "x", visibilityLevel: "secret" }, /visibilityLevel: got "secret"/],
    ["a form", project, { name: "x", namespaceId: "7" }, /namespaceId: got string, expected a number/],
    ["what is missing", key, { title: "x", key: "y" }, /project: is missing/],
  ] as const)("is refused by name: %s", async (_, type, inputs, message) => {
    await expect(checked(type, inputs)).rejects.toThrow(message);
  });

  test("is refused: a host that is not on this machine, and a token that opens nothing", async () => {
    await expect(
      provider.configure("gitlab", { baseUrl: "https://gitlab.com/api/v4/", token: "x" }),
    ).rejects.toThrow(/talks to 127\.0\.0\.1 only, not to gitlab\.com/);
    await expect(
      provider.configure("gitlab", { baseUrl: `${host.host.url}/api/v4/`, token: "wrong" }),
    ).rejects.toThrow(/GitLab answers 401 to GET \/api\/v4\/user/);
  });
});
