import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GitLabTestHost } from "../../lab/git-host/gitlab/testing.ts";
import { run } from "../../lab/git-host/test-clients.ts";

let lab: GitLabTestHost;
beforeAll(async () => {
  lab = await GitLabTestHost.start();
});
afterAll(() => lab.stop());

const noPush = "GitLab: You are not allowed to push code to protected branches on this project.";

/** A project with one commit on `main`, pushed by the administrator; the clone. */
async function pushed(path: string, fields?: object): Promise<{ id: number; work: string }> {
  const id = await lab.project(path, fields);
  const work = await lab.working(path);
  await lab.gitOk(work, ["push", lab.http(`acme/${path}`), "main"], lab.withToken());
  return { id, work };
}

async function commit(work: string): Promise<void> {
  await lab.gitOk(work, ["commit", "--quiet", "--allow-empty", "-m", "more"]);
}

/** A new deploy key of a project: its id, and the environment that lets git use it. */
async function deployKey(
  project: number,
  name: string,
  push: boolean,
): Promise<{ id: number; env: Record<string, string> }> {
  const key = await lab.key(name);
  const body = { title: name, key: key.publicKey, can_push: push };
  const answer = await lab.call("POST", `/projects/${project}/deploy_keys`, body);
  expect(answer.status).toBe(201);
  return { id: (answer.body as { id: number }).id, env: key.env };
}

async function accessToken(project: number, fields: object): Promise<{ id: number; token: string }> {
  const answer = await lab.call("POST", `/projects/${project}/access_tokens`, { name: "bot", ...fields });
  expect(answer.status).toBe(201);
  return answer.body as { id: number; token: string };
}

const protection = (project: number) => `/projects/${project}/protected_branches`;

test("over HTTP the administrator's token opens every project, with any user name, and nothing else does", async () => {
  const { work } = await pushed("http");
  const url = lab.http("acme/http");
  for (const user of ["oauth2", "lab-admin", "whoever"])
    expect(await lab.gitOk(work, ["ls-remote", url, "main"], lab.withToken(undefined, user))).not.toBe("");
  expect((await lab.git(work, ["ls-remote", url])).stderr).toContain("could not read Username");
  const wrong = await fetch(`${url}/info/refs?service=git-upload-pack`, {
    headers: { authorization: `Basic ${Buffer.from("oauth2:glpat-wrong").toString("base64")}` },
  });
  expect([wrong.status, wrong.headers.get("www-authenticate"), await wrong.text()]).toEqual([
    401,
    'Basic realm="GitLab"',
    expect.stringMatching(/^HTTP Basic: Access denied\./),
  ]);
  const missing = await lab.git(work, ["ls-remote", lab.http("acme/none")], lab.withToken());
  expect(missing.stderr).toContain("not found");
});

test("a project in a subgroup is reached over HTTP and SSH", async () => {
  const group = (await lab.call("GET", "/groups/acme")).body as { id: number };
  const made = await lab.call("POST", "/groups", { name: "Deep", path: "deep", parent_id: group.id });
  const id = await lab.project("nested", { namespace_id: (made.body as { id: number }).id });
  const { env } = await deployKey(id, "nested", true);
  const work = await lab.working("nested");
  await lab.gitOk(work, ["push", lab.ssh("acme/deep/nested"), "main"], env);
  expect(
    await lab.gitOk(work, ["ls-remote", lab.http("acme/deep/nested"), "main"], lab.withToken()),
  ).not.toBe("");
  expect((await lab.call("GET", "/projects/acme%2Fdeep%2Fnested")).body).toMatchObject({
    id,
    empty_repo: false,
    default_branch: "main",
  });
});

test("a public project is read by everybody, and written by nobody without a token", async () => {
  const { work } = await pushed("public", { visibility: "public" });
  expect(await lab.gitOk(work, ["ls-remote", lab.http("acme/public"), "main"])).not.toBe("");
  expect((await lab.git(work, ["push", lab.http("acme/public"), "main:other"])).exitCode).not.toBe(0);
});

test("the first push protects the default branch: roles may push, nobody may force or delete", async () => {
  const { id, work } = await pushed("protected");
  expect((await lab.call("GET", protection(id))).body).toMatchObject([
    {
      name: "main",
      push_access_levels: [{ access_level: 40, access_level_description: "Maintainers" }],
      merge_access_levels: [{ access_level: 40 }],
      allow_force_push: false,
    },
  ]);
  const url = lab.http("acme/protected");
  await commit(work);
  await lab.gitOk(work, ["push", url, "main"], lab.withToken());
  await lab.gitOk(work, ["commit", "--quiet", "--amend", "--allow-empty", "-m", "rewritten"]);
  const forced = await lab.git(work, ["push", "--force", url, "main"], lab.withToken());
  expect([forced.exitCode, forced.stderr]).toEqual([
    1,
    expect.stringContaining(
      "GitLab: You are not allowed to force push code to a protected branch on this project.",
    ),
  ]);
  expect((await lab.git(work, ["push", url, ":main"], lab.withToken())).stderr).toContain(
    "GitLab: The default branch of a project cannot be deleted.",
  );
  expect((await lab.call("PATCH", `${protection(id)}/main`, { allow_force_push: true })).status).toBe(200);
  await lab.gitOk(work, ["push", "--force", url, "main"], lab.withToken());
  const developer = await accessToken(id, { scopes: ["write_repository"], access_level: 30 });
  await commit(work);
  expect((await lab.git(work, ["push", url, "main"], lab.withToken(developer.token))).stderr).toContain(
    noPush,
  );
  await lab.gitOk(work, ["push", url, "main:feature"], lab.withToken(developer.token));
});

test("it takes a maintainer to make the first branch", async () => {
  const id = await lab.project("first");
  const work = await lab.working("first");
  const developer = await accessToken(id, { scopes: ["write_repository"], access_level: 30 });
  const refused = await lab.git(
    work,
    ["push", lab.http("acme/first"), "main"],
    lab.withToken(developer.token),
  );
  expect(refused.stderr).toContain("GitLab: You are not allowed to");
  expect((await lab.call("GET", `/projects/${id}`)).body).toMatchObject({ empty_repo: true });
  const { env } = await deployKey(id, "first", true);
  await lab.gitOk(work, ["push", lab.ssh("acme/first"), "main"], env);
});

test("a deploy key reads, or writes where its maker may, and where it is named itself", async () => {
  const { id, work } = await pushed("keys");
  const url = lab.ssh("acme/keys");
  const [reader, writer] = [
    await deployKey(id, "keys-reader", false),
    await deployKey(id, "keys-writer", true),
  ];
  await lab.gitOk(work, ["fetch", url, "main"], reader.env);
  await commit(work);
  const refused = await lab.git(work, ["push", url, "main"], reader.env);
  expect(refused.stderr).toContain("ERROR: This deploy key does not have write access to this project.");
  await lab.gitOk(work, ["push", url, "main"], writer.env);

  expect((await lab.call("DELETE", `${protection(id)}/main`)).status).toBe(204);
  const closed = { name: "main", push_access_level: 0 };
  expect((await lab.call("POST", protection(id), closed)).status).toBe(201);
  await commit(work);
  expect((await lab.git(work, ["push", url, "main"], writer.env)).stderr).toContain(noPush);
  expect((await lab.git(work, ["push", lab.http("acme/keys"), "main"], lab.withToken())).stderr).toContain(
    noPush,
  );
  expect((await lab.call("DELETE", `${protection(id)}/main`)).status).toBe(204);
  const named = await lab.call("POST", protection(id), {
    ...closed,
    allowed_to_push: [{ deploy_key_id: writer.id }],
  });
  expect(named.body).toMatchObject({
    push_access_levels: [
      { access_level: 0, access_level_description: "No one" },
      { access_level_description: "keys-writer", deploy_key_id: writer.id },
    ],
  });
  await lab.gitOk(work, ["push", url, "main"], writer.env);

  // Who made a key counts as the key; any other Maintainer does not.
  const other = await accessToken(id, { scopes: ["write_repository"], access_level: 40 });
  await commit(work);
  const byOther = await lab.git(work, ["push", lab.http("acme/keys"), "main"], lab.withToken(other.token));
  expect(byOther.stderr).toContain(noPush);
  await lab.gitOk(work, ["push", url, "main"], writer.env);
});

test("a key that is taken away, has ended, or belongs elsewhere opens nothing", async () => {
  const { id, work } = await pushed("gone");
  await pushed("elsewhere");
  const key = await deployKey(id, "gone", false);
  const list = (path: string) => lab.git(work, ["ls-remote", lab.ssh(path)], key.env);
  expect((await list("acme/gone")).exitCode).toBe(0);
  expect((await list("acme/elsewhere")).stderr).toContain(
    "ERROR: The project you were looking for could not be found or you don't have permission to view it.",
  );
  const { body } = await lab.call("GET", `/projects/${id}/deploy_keys/${key.id}`);
  expect((body as { last_used_at: unknown }).last_used_at).not.toBeNull();
  await lab.call("DELETE", `/projects/${id}/deploy_keys/${key.id}`);
  expect((await list("acme/gone")).stderr).toContain("Permission denied");
  const past = { title: "past", key: (await lab.key("past")).publicKey, expires_at: "2020-01-01T00:00:00Z" };
  expect((await lab.call("POST", `/projects/${id}/deploy_keys`, past)).status).toBe(400);
});

test("project access tokens do what their scopes and role say, and end when revoked", async () => {
  const { id, work } = await pushed("tokens");
  await pushed("tokens-other");
  const url = lab.http("acme/tokens");
  const reader = await accessToken(id, { scopes: ["read_repository"], access_level: 20 });
  const writer = await accessToken(id, { scopes: ["write_repository"], access_level: 40 });
  const api = await accessToken(id, { scopes: ["read_api"] });
  await lab.gitOk(work, ["fetch", url, "main"], lab.withToken(reader.token));
  await commit(work);
  const push = (token: string) => lab.git(work, ["push", url, "main"], lab.withToken(token));
  expect((await push(reader.token)).stderr).toContain("403");
  expect((await push(api.token)).stderr).toContain("could not read Username");
  expect((await push(writer.token)).exitCode).toBe(0);
  const other = await lab.git(
    work,
    ["ls-remote", lab.http("acme/tokens-other")],
    lab.withToken(writer.token),
  );
  expect(other.stderr).toContain("not found");
  expect((await lab.call("DELETE", `/projects/${id}/access_tokens/${writer.id}`)).status).toBe(204);
  await commit(work);
  expect((await push(writer.token)).exitCode).not.toBe(0);
});

test("a deploy token reads its project with its own user name, and writes nothing", async () => {
  const { id, work } = await pushed("deploy-token");
  await pushed("deploy-token-other");
  const made = await lab.call("POST", `/projects/${id}/deploy_tokens`, {
    name: "reader",
    scopes: ["read_repository"],
  });
  expect([made.status, made.body]).toMatchObject([201, { revoked: false, expired: false }]);
  const { id: tokenId, username, token } = made.body as { id: number; username: string; token: string };
  expect([username, token]).toEqual([
    `gitlab+deploy-token-${tokenId}`,
    expect.stringMatching(/^gldt-\w{20}$/),
  ]);
  const env = lab.withToken(token, username);
  const url = lab.http("acme/deploy-token");
  await lab.gitOk(work, ["fetch", url, "main"], env);
  await commit(work);
  expect((await lab.git(work, ["push", url, "main"], env)).stderr).toContain("403");
  expect((await lab.git(work, ["ls-remote", lab.http("acme/deploy-token-other")], env)).stderr).toContain(
    "not found",
  );
  expect((await lab.git(work, ["ls-remote", url], lab.withToken(token, "oauth2"))).exitCode).not.toBe(0);
  expect((await lab.call("DELETE", `/projects/${id}/deploy_tokens/${tokenId}`)).status).toBe(204);
  expect((await lab.git(work, ["ls-remote", url], env)).exitCode).not.toBe(0);
});

test("a job's token reads its own project, and another that allows it, while the job runs", async () => {
  const app = await pushed("job-app");
  const charts = await pushed("job-charts");
  const token = lab.host.startJob("acme/job-app");
  const env = lab.withToken(token, "gitlab-ci-token");
  const list = (path: string) => lab.git(app.work, ["ls-remote", lab.http(path), "main"], env);
  expect((await list("acme/job-app")).exitCode).toBe(0);
  expect((await list("acme/job-charts")).stderr).toContain("403");
  const answer = await fetch(`${lab.http("acme/job-charts")}/info/refs?service=git-upload-pack`, {
    headers: { authorization: `Basic ${Buffer.from(`gitlab-ci-token:${token}`).toString("base64")}` },
  });
  expect([answer.status, await answer.text()]).toEqual([
    403,
    "Authentication by CI/CD job token not allowed from acme/job-app to acme/job-charts.",
  ]);
  const scope = `/projects/${charts.id}/job_token_scope/allowlist`;
  expect((await lab.call("POST", scope, { target_project_id: app.id })).body).toEqual({
    source_project_id: charts.id,
    target_project_id: app.id,
  });
  expect((await list("acme/job-charts")).exitCode).toBe(0);
  await commit(app.work);
  const push = (path: string) => lab.git(app.work, ["push", lab.http(path), "main:from-job"], env);
  expect((await push("acme/job-app")).stderr).toContain("403");
  await lab.call("PUT", `/projects/${app.id}`, { ci_push_repository_for_job_token_allowed: true });
  expect((await push("acme/job-app")).exitCode).toBe(0);
  expect((await push("acme/job-charts")).stderr).toContain("403");
  lab.host.endJob(token);
  expect((await list("acme/job-app")).exitCode).not.toBe(0);
});

test("an archived project is read and not pushed to, and a deleted one is out of reach by its old path when that is taken", async () => {
  const { id, work } = await pushed("archived");
  const { env } = await deployKey(id, "archived", true);
  expect((await lab.call("POST", `/projects/${id}/archive`)).body).toMatchObject({ archived: true });
  await lab.gitOk(work, ["fetch", lab.ssh("acme/archived"), "main"], env);
  await commit(work);
  expect((await lab.git(work, ["push", lab.ssh("acme/archived"), "main"], env)).stderr).toContain(
    "ERROR: You are not allowed to push code to this project.",
  );
  expect(
    (await lab.git(work, ["push", lab.http("acme/archived"), "main"], lab.withToken())).stderr,
  ).toContain("403");
  expect((await lab.call("POST", `/projects/${id}/unarchive`)).status).toBe(201);
  await lab.gitOk(work, ["push", lab.ssh("acme/archived"), "main"], env);

  await lab.call("DELETE", `/projects/${id}`);
  await lab.project("archived");
  expect((await lab.git(work, ["ls-remote", lab.ssh("acme/archived")], env)).stderr).toContain(
    "could not be found",
  );
});

test("everything is as it was after a restart", async () => {
  const { id, work } = await pushed("restart");
  const { env } = await deployKey(id, "restart", true);
  await lab.call("POST", `/projects/${id}/variables`, {
    key: "COLOUR",
    value: "blue",
    environment_scope: "prod",
  });
  const { token } = lab.host;
  await lab.restart();
  expect(lab.host.token).toBe(token);
  await commit(work);
  await lab.gitOk(work, ["push", lab.ssh("acme/restart"), "main"], env);
  expect((await lab.call("GET", `/projects/${id}/variables/COLOUR`)).body).toMatchObject({ value: "blue" });
  expect((await lab.call("GET", protection(id))).body).toMatchObject([{ name: "main" }]);
});

test("a project that a crash left half made is not there, and can be made again", async () => {
  const id = await lab.project("half");
  await lab.restart(async () => {
    const file = join(lab.directory, "host", "store.json");
    const state = JSON.parse(await readFile(file, "utf8")) as { gitlab: { projects: { id: number }[] } };
    state.gitlab.projects = state.gitlab.projects.filter((project) => project.id !== id);
    await writeFile(file, JSON.stringify(state));
  });
  expect((await lab.call("GET", `/projects/${id}`)).status).toBe(404);
  expect(await lab.project("half")).not.toBe(id);
});

test("SSH gives no shell, and greets as GitLab does", async () => {
  const id = await lab.project("shell");
  const key = await lab.key("shell");
  await lab.call("POST", `/projects/${id}/deploy_keys`, { title: "shell", key: key.publicKey });
  const { port } = new URL(lab.host.sshUrl);
  const shell = await run("ssh", [...lab.sshOptions(key.file), "-T", "-p", port, "git@127.0.0.1"], {
    PATH: process.env["PATH"] ?? "",
  });
  expect([shell.exitCode, shell.stderr]).toEqual([1, expect.stringContaining("Welcome to GitLab")]);
});

test("a token in an address, a header or a body is not in what the host writes", async () => {
  const id = await lab.project("quiet");
  const { token } = await accessToken(id, { scopes: ["api"] });
  await lab.call("GET", `/projects/${id}?private_token=${token}`, undefined, { token: null });
  expect(lab.lines.join("\n")).not.toContain(token);
  expect(lab.lines.join("\n")).not.toContain(lab.host.token);
});
