import { Gitlab } from "@gitbeaker/rest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GitLabTestHost, type GitLabAnswer } from "../../lab/git-host/gitlab/testing.ts";

type Json = Record<string, unknown>;

let lab: GitLabTestHost;
let client: InstanceType<typeof Gitlab>;
beforeAll(async () => {
  lab = await GitLabTestHost.start();
  client = new Gitlab({ host: lab.host.url, token: lab.host.token });
});
afterAll(() => lab.stop());

/** Status and body of an answer. */
function answered({ status, body }: GitLabAnswer): [number, unknown] {
  return [status, body];
}

test("whoever asks needs a token, in any of GitLab's ways, and is told what is wrong with theirs", async () => {
  const none = { token: null };
  const { token } = lab.host;
  expect(token).toMatch(/^glpat-\w{20}$/);
  const ways: Record<string, string>[] = [{ "private-token": token }, { authorization: `Bearer ${token}` }];
  for (const headers of ways)
    expect((await lab.call("GET", "/user", undefined, { ...none, headers })).body).toMatchObject({
      username: "lab-admin",
      is_admin: true,
    });
  for (const request of [
    none,
    { token: "glpat-wrong" },
    { ...none, headers: { authorization: "Bearer wrong" } },
  ])
    expect(answered(await lab.call("GET", "/user", undefined, request))).toEqual([
      401,
      { message: "401 Unauthorized" },
    ]);
  expect((await lab.call("GET", "/personal_access_tokens/self")).body).toMatchObject({
    scopes: ["api"],
    revoked: false,
    active: true,
  });
  expect(await client.Metadata.show()).toMatchObject({ version: "19.1.0", enterprise: true });
  expect(answered(await lab.call("GET", "/nothing"))).toEqual([404, { error: "404 Not Found" }]);
});

test("groups are found by id and by path, and subgroups in them", async () => {
  const group = await client.Groups.show("acme");
  expect(group).toMatchObject({ full_path: "acme", parent_id: null, visibility: "public" });
  const sub = await client.Groups.create("Platform", "platform", { parentId: group.id });
  expect(sub).toMatchObject({
    full_path: "acme/platform",
    full_name: "acme / Platform",
    parent_id: group.id,
  });
  for (const id of [sub.id, "acme/platform"]) expect((await client.Groups.show(id)).id).toBe(sub.id);
  expect(await client.Namespaces.show("acme/platform")).toMatchObject({ kind: "group", id: sub.id });
  expect(await client.Namespaces.show("lab-admin")).toMatchObject({ kind: "user", full_path: "lab-admin" });
  expect(answered(await lab.call("GET", "/groups/none"))).toEqual([404, { message: "404 Group Not Found" }]);
  expect(
    answered(await lab.call("POST", "/groups", { name: "x", path: "platform", parent_id: group.id })),
  ).toEqual([400, { message: { path: ["has already been taken"] } }]);
});

test("a project is made, found by id and path, changed, and refused where its name is taken", async () => {
  const { id: namespaceId } = await client.Groups.show("acme");
  const made = await client.Projects.create({
    name: "App",
    path: "app",
    namespaceId,
    description: "An app",
    topics: ["slipway"],
    visibility: "private",
    mergeMethod: "ff",
    onlyAllowMergeIfPipelineSucceeds: true,
  });
  expect(made).toMatchObject({
    name: "App",
    path_with_namespace: "acme/app",
    name_with_namespace: "acme / App",
    description: "An app",
    topics: ["slipway"],
    visibility: "private",
    empty_repo: true,
    archived: false,
    default_branch: "main",
    merge_method: "ff",
    only_allow_merge_if_pipeline_succeeds: true,
    squash_option: "default_off",
    http_url_to_repo: `${lab.host.url}/acme/app.git`,
    ssh_url_to_repo: `${lab.host.sshUrl}/acme/app.git`,
    web_url: `${lab.host.url}/acme/app`,
    namespace: { id: namespaceId, kind: "group", full_path: "acme" },
  });
  for (const id of [made.id, "acme/app"]) expect((await client.Projects.show(id)).id).toBe(made.id);
  expect(await client.Projects.edit(made.id, { description: "Other", squashOption: "always" })).toMatchObject(
    {
      description: "Other",
      squash_option: "always",
      merge_method: "ff",
    },
  );
  const again = { name: "App", path: "app", namespace_id: namespaceId };
  expect(answered(await lab.call("POST", "/projects", again))).toEqual([
    400,
    {
      message: {
        "project_namespace.name": ["has already been taken"],
        name: ["has already been taken"],
        path: ["has already been taken"],
      },
    },
  ]);
  expect(answered(await lab.call("POST", "/projects", { ...again, name: "Other" }))).toEqual([
    400,
    { message: { path: ["has already been taken"] } },
  ]);
  expect(answered(await lab.call("POST", "/projects", {}))).toEqual([
    400,
    { error: "name, path are missing, at least one parameter must be provided" },
  ]);
  expect(answered(await lab.call("POST", "/projects", { ...again, visibility: "secret" }))).toEqual([
    400,
    { error: "visibility does not have a valid value" },
  ]);
  expect(answered(await lab.call("GET", "/projects/acme%2Fnone"))).toEqual([
    404,
    { message: "404 Project Not Found" },
  ]);
  expect(answered(await lab.call("GET", "/projects/acme%2Fapp", undefined, { token: null }))).toEqual([
    404,
    { message: "404 Project Not Found" },
  ]);
});

test("a deleted project is marked first, gives its path free, and is gone after a second word", async () => {
  const id = await lab.project("old");
  expect(answered(await lab.call("DELETE", "/projects/acme%2Fold"))).toEqual([
    202,
    { message: "202 Accepted" },
  ]);
  const marked = (await lab.call("GET", `/projects/${id}`)).body as Json;
  const path = `acme/old-deletion_scheduled-${id}`;
  expect(marked).toMatchObject({ path_with_namespace: path, archived: true });
  expect(marked["marked_for_deletion_on"]).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  const led = await lab.call("GET", "/projects/acme%2Fold", undefined, { redirect: "manual" });
  expect([led.status, led.headers.get("location")]).toEqual([302, `${lab.host.url}/api/v4/projects/${id}`]);
  expect(answered(await lab.call("DELETE", "/projects/acme%2Fold"))[0]).toBe(405);
  expect(answered(await lab.call("DELETE", `/projects/${id}`))).toEqual([
    400,
    { message: "Project has been already marked for deletion" },
  ]);
  const fresh = await lab.project("old");
  expect(fresh).not.toBe(id);
  const remove = (fullPath: string) =>
    lab.call("DELETE", `/projects/${id}?permanently_remove=true&full_path=${encodeURIComponent(fullPath)}`);
  expect(answered(await remove("acme/old"))).toEqual([
    400,
    { message: "`full_path` is incorrect. You must enter the complete path for the project." },
  ]);
  expect((await remove(path)).status).toBe(202);
  expect((await lab.call("GET", `/projects/${id}`)).status).toBe(404);
  expect((await lab.call("GET", "/projects/acme%2Fold")).body).toMatchObject({ id: fresh });
});

test("a deploy key is one key wherever it opens a project", async () => {
  const [one, two] = [await lab.project("keys"), await lab.project("keys-too")];
  const { publicKey } = await lab.key("shared");
  const key = `${publicKey} comment`;
  const added = await client.DeployKeys.create(one, "writer", key, { canPush: true });
  expect(added).toMatchObject({
    title: "writer",
    can_push: true,
    fingerprint: expect.stringMatching(/^(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$/) as string,
    fingerprint_sha256: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/) as string,
  });
  expect(added.key).toBe(key);
  const same = await lab.call("POST", `/projects/${one}/deploy_keys`, { title: "other", key });
  expect([same.status, same.body]).toMatchObject([201, { id: added.id, title: "writer", can_push: true }]);
  const joined = await lab.call("POST", `/projects/${two}/deploy_keys`, { title: "reader", key });
  expect([joined.status, joined.body]).toMatchObject([
    201,
    { id: added.id, title: "writer", can_push: false },
  ]);
  expect(
    answered(
      await lab.call("POST", `/projects/${two}/deploy_keys`, { title: "x", key: `${publicKey} else` }),
    ),
  ).toEqual([400, { message: { "deploy_key.fingerprint_sha256": ["has already been taken"] } }]);
  expect(answered(await lab.call("POST", `/projects/${two}/deploy_keys`, { key: "hello" }))).toEqual([
    400,
    { error: "title is missing" },
  ]);
  const invalid = await lab.call("POST", `/projects/${two}/deploy_keys`, { title: "x", key: "hello" });
  expect(answered(invalid)).toEqual([
    400,
    {
      message: { "deploy_key.key": ["is invalid"], "deploy_key.fingerprint_sha256": ["cannot be generated"] },
    },
  ]);
  expect(await client.DeployKeys.edit(one, added.id, { canPush: false, title: "new" })).toMatchObject({
    can_push: false,
    title: "new",
  });
  await client.DeployKeys.remove(one, added.id);
  expect(answered(await lab.call("GET", `/projects/${one}/deploy_keys/${added.id}`))).toEqual([
    404,
    { message: "404 Not found" },
  ]);
  expect(answered(await lab.call("DELETE", `/projects/${one}/deploy_keys/${added.id}`))).toEqual([
    404,
    { message: "404 Deploy key Not Found" },
  ]);
  expect(await client.DeployKeys.all({ projectId: two })).toHaveLength(1);
});

test("variables have scopes, and are masked only where GitLab can mask them", async () => {
  const id = await lab.project("variables");
  const path = `/projects/${id}/variables`;
  const create = (body: object) => lab.call("POST", path, body);
  expect((await create({ key: "COLOUR", value: "blue" })).body).toEqual({
    variable_type: "env_var",
    key: "COLOUR",
    value: "blue",
    hidden: false,
    protected: false,
    masked: false,
    raw: false,
    environment_scope: "*",
    description: null,
  });
  expect(answered(await create({ key: "COLOUR", value: "red" }))).toEqual([
    400,
    { message: { key: ["(COLOUR) has already been taken"] } },
  ]);
  expect((await create({ key: "COLOUR", value: "red", environment_scope: "prod" })).status).toBe(201);
  expect(answered(await lab.call("GET", `${path}/COLOUR`))).toEqual([
    409,
    {
      message:
        "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
    },
  ]);
  expect((await lab.call("GET", `${path}/COLOUR?filter[environment_scope]=prod`)).body).toMatchObject({
    value: "red",
  });
  const changed = await lab.call("PUT", `${path}/COLOUR`, {
    value: "green",
    filter: { environment_scope: "prod" },
  });
  expect(changed.body).toMatchObject({ value: "green", environment_scope: "prod" });
  for (const value of ["short", "two lines\nof text", "with a space", "dollar$sign-"])
    expect(answered(await create({ key: "MASKED", value, masked: true }))).toEqual([
      400,
      { message: { value: ["is invalid"] } },
    ]);
  expect((await create({ key: "RAW", value: "dollar$sign-", masked: true, raw: true })).status).toBe(201);
  expect(
    (await create({ key: "HIDDEN", value: "s3same-s3same", masked_and_hidden: true })).body,
  ).toMatchObject({
    value: null,
    hidden: true,
    masked: true,
  });
  expect(lab.host.revealVariable("acme/variables", "HIDDEN")).toBe("s3same-s3same");
  expect(answered(await lab.call("PUT", `${path}/HIDDEN`, { masked: false }))).toEqual([
    400,
    {
      message: { base: ["Updating masked attribute is not allowed on updates for hidden variables."] },
    },
  ]);
  expect(answered(await create({ key: "NO-DASH", value: "1" }))).toEqual([
    400,
    { message: { key: ["can contain only letters, digits and '_'."] } },
  ]);
  expect(answered(await create({ value: "1", variable_type: "folder" }))).toEqual([
    400,
    { error: "key is missing, variable_type does not have a valid value" },
  ]);
  expect((await lab.call("DELETE", `${path}/COLOUR?filter[environment_scope]=prod`)).status).toBe(204);
  expect(answered(await lab.call("GET", `${path}/NONE`))).toEqual([
    404,
    { message: "404 Variable Not Found" },
  ]);

  await client.GroupVariables.create("acme", "REGISTRY", "example.com");
  expect(await client.GroupVariables.show("acme", "REGISTRY")).toMatchObject({ value: "example.com" });
  await client.GroupVariables.remove("acme", "REGISTRY");
});

test("lists come in pages, with where the others are in the headers", async () => {
  const id = await lab.project("pages");
  for (const key of ["A", "B", "C"]) await lab.call("POST", `/projects/${id}/variables`, { key, value: key });
  const page = await lab.call("GET", `/projects/${id}/variables?per_page=1&page=2`);
  expect(page.body).toMatchObject([{ key: "B" }]);
  const header = (name: string) => page.headers.get(name);
  expect(
    ["x-total", "x-total-pages", "x-page", "x-per-page", "x-next-page", "x-prev-page"].map(header),
  ).toEqual(["3", "3", "2", "1", "3", "1"]);
  const url = `${lab.host.url}/api/v4/projects/${id}/variables`;
  for (const [relation, number] of Object.entries({ prev: 1, next: 3, first: 1, last: 3 }))
    expect(header("link")).toContain(`<${url}?per_page=1&page=${number}>; rel="${relation}"`);
  expect(await client.ProjectVariables.all(id, { perPage: 1 })).toHaveLength(3);
  expect(
    (await client.Projects.all({ pagination: "keyset", orderBy: "id", sort: "asc", perPage: 2 })).length,
  ).toBeGreaterThan(5);
  expect(answered(await lab.call("GET", `/projects/${id}/variables?per_page=0`))).toEqual([
    400,
    { error: "per_page has a value not allowed" },
  ]);
  expect(answered(await lab.call("GET", `/projects/${id}/variables?pagination=keyset`))).toEqual([
    405,
    { error: "Keyset pagination is not yet available for this type of request" },
  ]);
});
