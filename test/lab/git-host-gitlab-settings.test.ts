import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { Gitlab } from "@gitbeaker/rest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { numberedId } from "../../lab/pending-ids.ts";
import { GitLabTestHost, type GitLabAnswer } from "../../lab/git-host/gitlab/testing.ts";

let lab: GitLabTestHost;
let client: InstanceType<typeof Gitlab>;
beforeAll(async () => {
  lab = await GitLabTestHost.start();
  client = new Gitlab({ host: lab.host.url, token: lab.host.token });
});
afterAll(() => lab.stop());

function answered({ status, body }: GitLabAnswer): [number, unknown] {
  return [status, body];
}

/** A project with one commit on `main`; the commit's id. */
async function pushed(path: string): Promise<{ id: number; work: string; sha: string }> {
  const id = await lab.project(path);
  const work = await lab.working(path, { "README.md": "hello\n", "run.sh": "#!/bin/sh\n" });
  await lab.gitOk(work, ["push", lab.http(`acme/${path}`), "main"], lab.withToken());
  return { id, work, sha: await lab.gitOk(work, ["rev-parse", "HEAD"]) };
}

test("a branch is protected once, for roles and deploy keys, and unprotected", async () => {
  const id = await lab.project("branches");
  const path = `/projects/${id}/protected_branches`;
  expect((await lab.call("POST", path, { name: "release/*" })).body).toMatchObject({
    name: "release/*",
    push_access_levels: [{ access_level: 40, access_level_description: "Maintainers" }],
    merge_access_levels: [{ access_level: 40, access_level_description: "Maintainers" }],
    allow_force_push: false,
  });
  expect(answered(await lab.call("POST", path, { name: "release/*" }))).toEqual([
    409,
    { message: "Protected branch 'release/*' already exists" },
  ]);
  expect(answered(await lab.call("POST", path, { name: "x", push_access_level: 35 }))).toEqual([
    400,
    { error: "push_access_level does not have a valid value" },
  ]);
  const { publicKey } = await lab.key("branches");
  const key = await client.DeployKeys.create(id, "ci", publicKey, { canPush: false });
  const named = { name: "main", allowed_to_push: [{ deploy_key_id: key.id }] };
  expect(answered(await lab.call("POST", path, named))).toEqual([
    422,
    { message: ["Push access levels deploy key is not enabled for this project"] },
  ]);
  await client.DeployKeys.edit(id, key.id, { canPush: true });
  expect((await lab.call("POST", path, named)).body).toMatchObject({
    push_access_levels: [{ access_level_description: "ci", deploy_key_id: key.id }],
  });
  const changed = await lab.call("PATCH", `${path}/release%2F*`, {
    allow_force_push: true,
    allowed_to_push: [{ deploy_key_id: key.id }],
  });
  expect(changed.body).toMatchObject({
    allow_force_push: true,
    push_access_levels: [{ access_level: 40 }, { deploy_key_id: key.id }],
  });
  const [role] = (changed.body as { push_access_levels: { id: number }[] }).push_access_levels;
  const without = await lab.call("PATCH", `${path}/release%2F*`, {
    allowed_to_push: [{ id: role?.id, _destroy: true }],
  });
  expect(without.body).toMatchObject({
    push_access_levels: [{ deploy_key_id: key.id, user_id: null, group_id: null }],
  });
  const nobody = {
    name: "closed",
    allowed_to_push: [{ access_level: 0 }],
    allowed_to_merge: [{ access_level: 30 }],
  };
  expect((await lab.call("POST", path, nobody)).body).toMatchObject({
    push_access_levels: [{ access_level: 0, access_level_description: "No one", deploy_key_id: null }],
    merge_access_levels: [{ access_level: 30 }],
  });
  expect(answered(await lab.call("POST", path, { name: "y", allowed_to_push: [{ user_id: 1 }] }))).toEqual([
    422,
    { message: ["Push access levels user must be blank"] },
  ]);
  await client.ProtectedBranches.remove(id, "closed");
  expect(await client.ProtectedBranches.all(id)).toHaveLength(2);
  await client.ProtectedBranches.remove(id, "release/*");
  expect(answered(await lab.call("GET", `${path}/release%2F*`))).toEqual([404, { message: "404 Not found" }]);
});

test("a project's list of those whose jobs may use it holds projects and groups by their numbers", async () => {
  const [app, charts] = [await lab.project("app"), await lab.project("charts")];
  expect(await client.ProjectJobTokenScopes.show(charts)).toEqual({
    inbound_enabled: true,
    outbound_enabled: false,
  });
  const path = `/projects/${charts}/job_token_scope/allowlist`;
  const add = (body: object, at = path) => lab.call("POST", at, body);
  expect((await add({ target_project_id: app })).status).toBe(201);
  expect(answered(await add({ target_project_id: app }))).toEqual([
    400,
    { message: "400 Bad request - Target project is already in the job token scope" },
  ]);
  expect(answered(await add({ target_project_id: 999_999 }))[0]).toBe(404);
  expect(
    answered(await add({ target_project_id: app }, "/projects/acme%2Fcharts/job_token_scope/allowlist")),
  ).toEqual([400, { error: "id is invalid" }]);
  const listed = await client.ProjectJobTokenScopes.showInboundAllowList(charts);
  expect(listed.map(({ id }) => id)).toEqual([charts, app]);
  const group = await client.Groups.show("acme");
  await client.ProjectJobTokenScopes.addToGroupsAllowList(charts, group.id);
  expect(await client.ProjectJobTokenScopes.showGroupsAllowList(charts)).toMatchObject([{ name: "acme" }]);
  await client.ProjectJobTokenScopes.removeFromGroupsAllowList(charts, group.id);
  expect((await lab.call("DELETE", `${path}/${app}`)).status).toBe(204);
  expect(answered(await lab.call("DELETE", `${path}/${app}`))).toEqual([
    400,
    { message: "400 Bad request - Target project is not in the job token scope" },
  ]);
  expect((await lab.call("PATCH", `/projects/${charts}/job_token_scope`, { enabled: false })).status).toBe(
    204,
  );
  expect(await client.ProjectJobTokenScopes.show(charts)).toMatchObject({ inbound_enabled: false });
});

test("a project's token has scopes and a role, ends by a day, and is rotated into another", async () => {
  const id = await lab.project("tokens");
  const path = `/projects/${id}/access_tokens`;
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const body = { name: "ci", scopes: ["api"], access_level: 30, expires_at: tomorrow };
  const made = await lab.call("POST", path, body);
  expect([made.status, made.body]).toMatchObject([
    201,
    { name: "ci", scopes: ["api"], access_level: 30, active: true, revoked: false, expires_at: tomorrow },
  ]);
  const { id: tokenId, token } = made.body as { id: number; token: string };
  expect((await lab.call("GET", `${path}/${tokenId}`)).body).not.toHaveProperty("token");
  expect((await lab.call("GET", "/user", undefined, { token })).body).toMatchObject({ bot: true });
  expect((await lab.call("GET", `/projects/${id}`, undefined, { token })).body).toMatchObject({
    permissions: { project_access: { access_level: 30 } },
  });
  expect(answered(await lab.call("GET", `/projects/${id}/variables`, undefined, { token }))).toEqual([
    403,
    { message: "403 Forbidden" },
  ]);
  const other = await lab.project("tokens-other");
  expect(answered(await lab.call("GET", `/projects/${other}`, undefined, { token }))).toEqual([
    404,
    { message: "404 Project Not Found" },
  ]);
  expect(answered(await lab.call("POST", path, { ...body, scopes: ["all"] }))).toEqual([
    400,
    { error: "scopes does not have a valid value" },
  ]);
  expect((await lab.call("POST", path, { ...body, expires_at: "2020-01-01" })).status).toBe(400);
  const rotated = await lab.call("POST", `${path}/${tokenId}/rotate`, {});
  expect([rotated.status, rotated.body]).toMatchObject([200, { name: "ci", access_level: 30, active: true }]);
  expect(answered(await lab.call("GET", "/user", undefined, { token }))).toEqual([
    401,
    {
      error: "invalid_token",
      error_description: "Token was revoked. You have to re-authorize from the user.",
    },
  ]);
  const reader = await lab.call("POST", path, { name: "reader", scopes: ["read_api"], access_level: 40 });
  const read = { token: (reader.body as { token: string }).token };
  expect((await lab.call("GET", `/projects/${id}/variables`, undefined, read)).status).toBe(200);
  expect(
    answered(await lab.call("POST", `/projects/${id}/variables`, { key: "A", value: "1" }, read)),
  ).toEqual([
    403,
    {
      error: "insufficient_scope",
      error_description: "The request requires higher privileges than provided by the access token.",
      scope: "api",
    },
  ]);
  expect(await client.ProjectAccessTokens.all(id)).toHaveLength(3);
});

test("a webhook is told of pushes to the branches that it wants to know of, with its token", async () => {
  const received: { headers: IncomingHttpHeaders; body: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      received.push({ headers: request.headers, body: JSON.parse(text) as Record<string, unknown> });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  const id = await lab.project("hooked");
  const hook = await client.ProjectHooks.add(id, url, {
    token: "s3same",
    pushEvents: true,
    pushEventsBranchFilter: "main",
  });
  expect(hook).toMatchObject({ url, push_events: true, tag_push_events: false, project_id: id });
  expect(JSON.stringify(hook)).not.toContain("s3same");
  const work = await lab.working("hooked");
  await lab.gitOk(work, ["push", lab.http("acme/hooked"), "main:other", "main:main"], lab.withToken());
  await expect.poll(() => received.length).toBe(1);
  expect(received[0]?.headers).toMatchObject({ "x-gitlab-event": "Push Hook", "x-gitlab-token": "s3same" });
  expect(received[0]?.body).toMatchObject({
    object_kind: "push",
    ref: "refs/heads/main",
    checkout_sha: await lab.gitOk(work, ["rev-parse", "HEAD"]),
    project: { path_with_namespace: "acme/hooked" },
    commits: [{ title: "first" }],
  });
  expect((await lab.call("POST", `/projects/${id}/hooks/${hook.id}/test/push_events`)).status).toBe(201);
  expect(received).toHaveLength(2);
  await client.ProjectHooks.edit(id, hook.id, url, { pushEvents: false });
  await lab.gitOk(work, ["push", lab.http("acme/hooked"), "main:third"], lab.withToken());
  expect(answered(await lab.call("POST", `/projects/${id}/hooks`, { url: "nowhere" }))).toEqual([
    422,
    { error: "Invalid url given" },
  ]);
  await client.ProjectHooks.remove(id, hook.id);
  expect(answered(await lab.call("GET", `/projects/${id}/hooks/${hook.id}`))).toEqual([
    404,
    { message: "404 Not found" },
  ]);
  expect(received).toHaveLength(2);
  await new Promise((resolve) => server.close(resolve));
});

test("commit statuses are opened, closed and followed by others, as GitLab's state machine has it", async () => {
  const { id, sha } = await pushed("statuses");
  const set = (state: string, name = "flux") =>
    lab.call("POST", `/projects/${id}/statuses/${sha}`, { state, name, description: state });
  expect((await set("pending")).body).toMatchObject({ sha, ref: "main", name: "flux", status: "pending" });
  expect(answered(await set("pending"))).toEqual([
    400,
    {
      message:
        'Cannot transition status via :enqueue from :pending (Reason(s): Status cannot transition via "enqueue")',
    },
  ]);
  expect((await set("running")).body).toMatchObject({ status: "running" });
  expect((await set("running")).status).toBe(400);
  expect((await set("success")).body).toMatchObject({ status: "success" });
  expect((await set("failed")).body).toMatchObject({ status: "failed" });
  expect(await client.Commits.allStatuses(id, sha)).toMatchObject([{ name: "flux", status: "failed" }]);
  expect(await client.Commits.allStatuses(id, sha, { all: true })).toHaveLength(2);
  expect(answered(await set("great"))).toEqual([400, { error: "state does not have a valid value" }]);
  expect(answered(await lab.call("POST", `/projects/${id}/statuses/none`, { state: "success" }))).toEqual([
    404,
    { message: "404 Commit Not Found" },
  ]);
});

test("branches, commits, folders and files are read", async () => {
  const { id, sha } = await pushed("content");
  expect(await client.Branches.show(id, "main")).toMatchObject({
    name: "main",
    default: true,
    protected: true,
    can_push: true,
    commit: { id: sha, title: "first" },
  });
  expect(answered(await lab.call("GET", `/projects/${id}/repository/branches/none`))).toEqual([
    404,
    { message: "404 Branch Not Found" },
  ]);
  expect(await client.Commits.show(id, "main")).toMatchObject({ id: sha, author_name: "Test" });
  const commits = await lab.call("GET", `/projects/${id}/repository/commits?path=README.md`);
  expect([commits.headers.get("x-total"), commits.body]).toMatchObject([null, [{ id: sha }]]);
  expect(await client.Repositories.allRepositoryTrees(id)).toMatchObject([
    { path: "README.md", type: "blob", mode: "100644" },
    { path: "run.sh" },
  ]);
  expect(await client.RepositoryFiles.show(id, "README.md", "main")).toMatchObject({
    file_name: "README.md",
    ref: "main",
    commit_id: sha,
    content: Buffer.from("hello\n").toString("base64"),
  });
  expect((await lab.call("GET", `/projects/${id}/repository/files/README.md/raw`)).body).toBe("hello\n");
  expect(answered(await lab.call("GET", `/projects/${id}/repository/files/none?ref=main`))).toEqual([
    404,
    { message: "404 File Not Found" },
  ]);
});

test("approvals are asked for where there is a licence, and refused where there is none", async () => {
  const id = await lab.project("approvals");
  const path = `/projects/${id}/approval_rules`;
  const wanted = { name: "reviews", rule_type: "any_approver", approvals_required: 2 };
  for (const method of ["GET", "POST"])
    expect(answered(await lab.call(method, path, method === "GET" ? undefined : wanted))).toEqual([
      403,
      { message: "403 Forbidden" },
    ]);
  await lab.host.setPremium(true);
  try {
    const made = await client.MergeRequestApprovals.createApprovalRule(id, "reviews", 2, {
      ruleType: "any_approver",
    });
    expect(made).toMatchObject({ name: "reviews", rule_type: "any_approver", approvals_required: 2 });
    // As what a killed Pulumi was creating is found again.
    const type = "gitlab:index/projectApprovalRule:ProjectApprovalRule";
    const pending = { urn: "", type, inputs: { project: String(id), name: "reviews" } };
    const env = { GITLAB_BASE_URL: `${lab.host.url}/`, GITLAB_TOKEN: lab.host.token };
    expect(await numberedId(pending, env)).toBe(`${id}:${made.id}`);
    expect(answered(await lab.call("POST", path, wanted))).toEqual([
      400,
      {
        message: {
          name: ["has already been taken"],
          rule_type: ["any-approver for the project already exists"],
        },
      },
    ]);
    expect(answered(await lab.call("POST", path, { name: "x" }))).toEqual([
      400,
      { error: "approvals_required is missing" },
    ]);
    const edited = await client.MergeRequestApprovals.editApprovalRule(id, made.id, "reviews", 1);
    expect(edited).toMatchObject({ id: made.id, approvals_required: 1 });
    await client.MergeRequestApprovals.removeApprovalRule(id, made.id);
    expect((await lab.call("GET", `${path}/${made.id}`)).status).toBe(404);
    expect(await client.MergeRequestApprovals.allApprovalRules(id)).toEqual([]);
    const settings = { disableOverridingApproversPerMergeRequest: true, resetApprovalsOnPush: false };
    expect(await client.MergeRequestApprovals.editConfiguration(id, settings)).toMatchObject({
      disable_overriding_approvers_per_merge_request: true,
      merge_requests_author_approval: false,
      reset_approvals_on_push: false,
    });
    const both = { selective_code_owner_removals: true, reset_approvals_on_push: true };
    expect((await lab.call("POST", `/projects/${id}/approvals`, both)).status).toBe(400);
    expect((await lab.call("POST", `/projects/${id}/approvals`, {})).status).toBe(400);
    const branch = { name: "main", code_owner_approval_required: true };
    expect((await lab.call("POST", `/projects/${id}/protected_branches`, branch)).body).toMatchObject({
      code_owner_approval_required: true,
    });
  } finally {
    await lab.host.setPremium(false);
  }
});

test("the administrator gives the host a licence, and takes it", async () => {
  const user = await lab.host.addUser({
    ...{ username: "nobody", roles: {}, scopes: ["api"] },
    expiresAt: new Date(Date.now() + 864e5).toISOString().slice(0, 10),
  });
  const theirs = await lab.call("POST", "/license", { license: "premium" }, { token: user });
  expect(theirs.status).toBe(403);
  expect((await lab.call("POST", "/license", { license: "forged" })).status).toBe(400);
  const { id } = await client.License.add("premium");
  expect((await lab.call("GET", "/licenses")).body).toMatchObject([{ id, plan: "premium", expired: false }]);
  await client.License.remove(id);
  expect((await lab.call("GET", "/licenses")).body).toEqual([]);
  expect((await lab.call("DELETE", `/license/${id}`)).status).toBe(404);
});
