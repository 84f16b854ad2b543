import sodium from "libsodium-wrappers";
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type TestAnswer, TestHost } from "../../lab/git-host/testing.ts";

type Json = Record<string, unknown>;

let lab: TestHost;
beforeAll(async () => {
  lab = await TestHost.start(["api.github.com"]);
  return () => lab.stop();
});
beforeEach(() => {
  lab.problems.length = 0;
});
// Whatever a test is about: every JSON answer that it provokes is of the form that GitHub describes.
afterEach(() => {
  expect(lab.problems).toEqual([]);
});

const noToken = { token: null };

function message(answer: TestAnswer): unknown {
  return (answer.body as Json)["message"];
}

/** The status, and the message of the first field error or else of the answer. */
function refusal(answer: TestAnswer): [number, unknown] {
  const { errors, message: text } = answer.body as { errors?: (Json | string)[]; message: string };
  const [first] = errors ?? [];
  return [answer.status, typeof first === "object" ? first["message"] : (first ?? text)];
}

async function seal(path: string, value: string): Promise<{ encrypted_value: string; key_id: string }> {
  const { key, key_id: keyId } = (await lab.call("GET", `${path}/actions/secrets/public-key`)).body as {
    key: string;
    key_id: string;
  };
  await sodium.ready;
  const box = sodium.crypto_box_seal(value, new Uint8Array(Buffer.from(key, "base64")));
  return { encrypted_value: Buffer.from(box).toString("base64"), key_id: keyId };
}

/** A repository of `acme` with one commit on main; returns its path in the API and the commit. */
async function pushed(name: string): Promise<{ path: string; sha: string }> {
  await lab.repository(name, { auto_init: true, description: "Things" });
  const path = `/repos/acme/${name}`;
  const [commit] = (await lab.call("GET", `${path}/commits`)).body as { sha: string }[];
  return { path, sha: commit?.sha ?? "" };
}

test("accounts, the server and the rate limit are described", async () => {
  expect((await lab.call("GET", "/user")).body).toMatchObject({ login: "lab-admin", type: "User" });
  expect((await lab.call("GET", "/users/lab-admin")).status).toBe(200);
  expect((await lab.call("GET", "/users/nobody")).status).toBe(404);
  expect((await lab.call("GET", "/orgs/ACME")).body).toMatchObject({ login: "acme", type: "Organization" });
  expect((await lab.call("GET", "/orgs/lab-admin")).status).toBe(404);
  expect((await lab.call("GET", "/rate_limit")).body).toMatchObject({ rate: { limit: 15000 } });
  const meta = (await lab.call("GET", "/meta")).body as Json;
  expect(meta["installed_version"]).toMatch(/^3\./);
  expect(meta["ssh_keys"]).toEqual([expect.stringMatching(/^ssh-ed25519 /)]);
});

test("answers carry GitHub's headers, and an unchanged one is not sent again", async () => {
  const { headers } = await lab.call("GET", "/user");
  expect(headers.get("x-github-request-id")).toMatch(/^[0-9A-F:]+$/);
  expect(Number(headers.get("x-ratelimit-remaining"))).toBeGreaterThan(0);
  const again = await lab.call("GET", "/user", undefined, {
    headers: { "if-none-match": headers.get("etag") ?? "" },
  });
  expect([again.status, again.body]).toEqual([304, undefined]);
});

test("the API answers below the root too, with any of GitHub's ways to give the token", async () => {
  const basic = Buffer.from(`anyone:${lab.host.token}`).toString("base64");
  for (const authorization of [`Bearer ${lab.host.token}`, `token ${lab.host.token}`, `Basic ${basic}`]) {
    expect((await fetch(`${lab.host.url}/user`, { headers: { authorization } })).status).toBe(200);
  }
});

test("credentials decide: none, wrong ones, and what they may see", async () => {
  await lab.repository("hidden");
  await lab.repository("open", { visibility: "public" });
  expect(refusal(await lab.call("GET", "/user", undefined, noToken))).toEqual([
    401,
    "Requires authentication",
  ]);
  expect(refusal(await lab.call("GET", "/meta", undefined, { token: "ghp_x" }))).toEqual([
    401,
    "Bad credentials",
  ]);
  expect((await lab.call("GET", "/repos/acme/hidden", undefined, noToken)).status).toBe(404);
  expect((await lab.call("DELETE", "/repos/acme/hidden", undefined, noToken)).status).toBe(404);
  expect((await lab.call("GET", "/repos/acme/open", undefined, noToken)).body).toMatchObject({
    permissions: { admin: false, pull: true },
  });
  expect((await lab.call("DELETE", "/repos/acme/open", undefined, noToken)).status).toBe(401);
  expect((await lab.call("GET", "/repos/acme/open/actions/secrets", undefined, noToken)).status).toBe(401);
  expect((await lab.call("POST", "/orgs/acme/repos", { name: "x" }, noToken)).status).toBe(401);
  const listed = (await lab.call("GET", "/orgs/acme/repos", undefined, noToken)).body as { name: string }[];
  expect(listed.map((it) => it.name)).toContain("open");
  expect(listed.map((it) => it.name)).not.toContain("hidden");
});

test("what does not exist is not found, with GitHub's body", async () => {
  const answer = await lab.call("GET", "/nothing/here");
  expect([answer.status, answer.body]).toEqual([
    404,
    { message: "Not Found", documentation_url: "https://docs.github.com/rest", status: "404" },
  ]);
  expect((await lab.call("GET", "/repos/acme/none")).status).toBe(404);
});

test("a new repository is empty, on main, and says where it is cloned from", async () => {
  const answer = await lab.call("POST", "/orgs/acme/repos", {
    name: "fresh",
    description: "Fresh",
    homepage: "",
    visibility: "private",
    has_wiki: false,
    delete_branch_on_merge: true,
  });
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({
    full_name: "acme/fresh",
    private: true,
    visibility: "private",
    default_branch: "main",
    homepage: null,
    has_wiki: false,
    has_issues: true,
    delete_branch_on_merge: true,
    clone_url: `${lab.host.url}/acme/fresh.git`,
    ssh_url: `${lab.host.sshUrl}/acme/fresh.git`,
  });
  expect((await lab.call("GET", "/repos/acme/fresh/branches")).body).toEqual([]);
  expect(refusal(await lab.call("GET", "/repos/acme/fresh/commits"))).toEqual([
    409,
    "Git Repository is empty.",
  ]);
  expect((await lab.call("GET", "/repos/acme/fresh/git/ref/heads/main")).status).toBe(409);
  expect(message(await lab.call("GET", "/repos/acme/fresh/contents/README.md"))).toBe(
    "This repository is empty.",
  );
  expect((await lab.call("GET", "/repos/acme/fresh/branches/main")).status).toBe(404);
});

test("the user's own repositories are made and listed apart from the organisation's", async () => {
  expect((await lab.call("POST", "/user/repos", { name: "mine", private: true })).body).toMatchObject({
    full_name: "lab-admin/mine",
  });
  const names = async (path: string): Promise<string[]> =>
    ((await lab.call("GET", path)).body as { full_name: string }[]).map((it) => it.full_name);
  expect(await names("/users/lab-admin/repos")).toEqual(["lab-admin/mine"]);
  expect(await names("/orgs/acme/repos")).not.toContain("lab-admin/mine");
  expect(await names("/user/repos?per_page=100")).toContain("lab-admin/mine");
});

test("a repository's name is taken in any case, and has to be a name", async () => {
  await lab.repository("Taken");
  const create = async (body: object): Promise<[number, unknown]> =>
    refusal(await lab.call("POST", "/orgs/acme/repos", body));
  expect(await create({ name: "tAKEN" })).toEqual([422, "name already exists on this account"]);
  expect(await create({ name: "../x" })).toEqual([422, expect.stringContaining("name can only contain")]);
  expect(await create({ name: "x.git" })).toEqual([422, expect.stringContaining("name can only contain")]);
  expect(await create({})).toEqual([422, `Invalid request.\n\n"name" wasn't supplied.`]);
  expect(await create({ name: 5 })).toEqual([
    422,
    "Invalid request.\n\nFor 'properties/name', 5 is not a string.",
  ]);
  expect(await create({ name: "x", visibility: "shared" })).toEqual([
    422,
    expect.stringContaining("not a member of"),
  ]);
  const merges = { allow_merge_commit: false, allow_squash_merge: false, allow_rebase_merge: false };
  expect(await create({ name: "x", ...merges })).toEqual([422, expect.stringContaining("no_merge_method")]);
  expect((await lab.call("POST", "/orgs/none/repos", { name: "x" })).status).toBe(404);
  expect((await lab.call("GET", "/repos/ACME/taken")).body).toMatchObject({ full_name: "acme/Taken" });
});

test("a body that is no JSON object is refused", async () => {
  const send = (text: string) => lab.call("POST", "/orgs/acme/repos", undefined, { text });
  expect(refusal(await send("{"))).toEqual([400, "Problems parsing JSON"]);
  expect(refusal(await send("[]"))).toEqual([400, "Body should be a JSON object"]);
});

test("a change keeps what it does not name", async () => {
  await lab.repository("change", { description: "Before", has_wiki: false });
  const changed = await lab.call("PATCH", "/repos/acme/change", {
    description: "After",
    visibility: "public",
    security_and_analysis: { secret_scanning: { status: "enabled" } },
  });
  expect(changed.body).toMatchObject({
    description: "After",
    has_wiki: false,
    private: false,
    security_and_analysis: { secret_scanning: { status: "enabled" } },
  });
  expect((await lab.call("PATCH", "/repos/acme/change", { private: true })).body).toMatchObject({
    visibility: "private",
  });
});

test("the old name of a renamed repository leads to the new one until another takes it", async () => {
  await lab.repository("old");
  await lab.repository("occupied");
  expect(refusal(await lab.call("PATCH", "/repos/acme/old", { name: "OCCUPIED" }))).toEqual([
    422,
    "name already exists on this account",
  ]);
  expect((await lab.call("PATCH", "/repos/acme/old", { name: "new" })).body).toMatchObject({
    full_name: "acme/new",
  });
  expect((await lab.call("GET", "/repos/acme/old", undefined, { redirect: "manual" })).status).toBe(301);
  expect(
    (await lab.call("PATCH", "/repos/acme/old", { has_wiki: false }, { redirect: "manual" })).status,
  ).toBe(307);
  expect((await lab.call("GET", "/repos/acme/old")).body).toMatchObject({ full_name: "acme/new" });
  await lab.repository("old");
  expect((await lab.call("GET", "/repos/acme/old")).body).toMatchObject({ full_name: "acme/old" });
  expect((await lab.call("PATCH", "/repos/acme/new", { name: "NEW" })).body).toMatchObject({ name: "NEW" });
});

test("a deleted repository is gone with its keys and values, and its name is free", async () => {
  const key = await lab.key("deleted");
  for (let round = 0; round < 2; round++) {
    await lab.repository("deleted");
    expect((await lab.call("GET", "/repos/acme/deleted/actions/variables")).body).toMatchObject({
      total_count: 0,
    });
    await lab.call("POST", "/repos/acme/deleted/actions/variables", { name: "A", value: "1" });
    const added = await lab.call("POST", "/repos/acme/deleted/keys", { title: "k", key: key.publicKey });
    expect(added.status).toBe(201);
    expect((await lab.call("DELETE", "/repos/acme/deleted")).status).toBe(204);
    expect((await lab.call("GET", "/repos/acme/deleted")).status).toBe(404);
  }
});

test("an archived repository is read only until it is unarchived or deleted", async () => {
  await lab.repository("archive");
  const path = "/repos/acme/archive";
  expect((await lab.call("PATCH", path, { archived: true })).body).toMatchObject({ archived: true });
  const refused = [403, "Repository was archived so is read-only."];
  expect(refusal(await lab.call("PATCH", path, { description: "x" }))).toEqual(refused);
  expect(refusal(await lab.call("PUT", `${path}/topics`, { names: ["x"] }))).toEqual(refused);
  expect(refusal(await lab.call("POST", `${path}/actions/variables`, { name: "A", value: "1" }))).toEqual(
    refused,
  );
  expect((await lab.call("PATCH", path, { archived: false })).body).toMatchObject({ archived: false });
  await lab.call("PATCH", path, { archived: true });
  expect((await lab.call("DELETE", path)).status).toBe(204);
});

test("topics are replaced as a whole", async () => {
  await lab.repository("topics");
  const put = (names: unknown) => lab.call("PUT", "/repos/acme/topics/topics", { names });
  expect((await put(["GitOps", "flux", "flux"])).body).toEqual({ names: ["gitops", "flux"] });
  expect((await lab.call("GET", "/repos/acme/topics/topics")).body).toEqual({ names: ["gitops", "flux"] });
  expect((await put(["two words"])).status).toBe(422);
  expect((await put(Array.from({ length: 21 }, (_, index) => `t${index}`))).status).toBe(422);
  expect((await put("x")).status).toBe(422);
  expect((await put([])).body).toEqual({ names: [] });
});

test("alerts, fixes and pages are switched on and off", async () => {
  await lab.repository("features");
  const path = "/repos/acme/features";
  const status = async (method: string, below: string, body?: object): Promise<number> =>
    (await lab.call(method, `${path}${below}`, body)).status;
  expect(await status("GET", "/vulnerability-alerts")).toBe(404);
  expect(await status("PUT", "/automated-security-fixes")).toBe(422);
  expect(await status("PUT", "/vulnerability-alerts")).toBe(204);
  expect(await status("GET", "/vulnerability-alerts")).toBe(204);
  expect(await status("PUT", "/automated-security-fixes")).toBe(204);
  expect((await lab.call("GET", `${path}/automated-security-fixes`)).body).toEqual({
    enabled: true,
    paused: false,
  });
  expect(await status("DELETE", "/vulnerability-alerts")).toBe(204);
  expect((await lab.call("GET", `${path}/automated-security-fixes`)).body).toMatchObject({ enabled: false });

  expect(await status("GET", "/pages")).toBe(404);
  expect(await status("POST", "/pages", {})).toBe(422);
  expect(await status("POST", "/pages", { source: { branch: "main", path: "/docs" } })).toBe(201);
  expect(await status("POST", "/pages", { source: { branch: "main" } })).toBe(409);
  expect(await status("PUT", "/pages", { cname: "docs.example.com" })).toBe(204);
  expect((await lab.call("GET", `${path}/pages`)).body).toMatchObject({
    cname: "docs.example.com",
    source: { branch: "main", path: "/docs" },
  });
  expect((await lab.call("GET", path)).body).toMatchObject({ has_pages: true });
  expect(await status("DELETE", "/pages")).toBe(204);
  expect((await lab.call("GET", path)).body).toMatchObject({ has_pages: false });
});

test("a deploy key is a public key in OpenSSH's form, and is used once on the whole host", async () => {
  await lab.repository("keys");
  await lab.repository("keys-too");
  const { publicKey } = await lab.key("shared");
  const add = (name: string, key: unknown) =>
    lab.call("POST", `/repos/acme/${name}/keys`, { title: "t", key, read_only: true });
  const added = await add("keys", publicKey);
  const [type, blob] = publicKey.split(" ");
  expect(added.body).toMatchObject({
    key: `${type ?? ""} ${blob ?? ""}`,
    read_only: true,
    title: "t",
    verified: true,
  });
  const { id } = added.body as { id: number };
  for (const name of ["keys", "keys-too"]) {
    expect(refusal(await add(name, `${type ?? ""} ${blob ?? ""} other comment`))).toEqual([
      422,
      "key is already in use",
    ]);
  }
  const weakRsa =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDI5ZHcBMsp6i5xAd1Nd0MBZbAYFgj1LFvsfFTmQGiMFVvIqEFd3MKpUvUh+0xhSbVDqFY1UtEEnpJ8GVpAdzQ8ZBHX";
  for (const bad of [
    "",
    "ssh-ed25519",
    "ssh-ed25519 AAAA",
    "hello",
    weakRsa,
    `${type ?? ""} ${blob ?? ""}\nmore`,
  ]) {
    expect(refusal(await add("keys", bad))).toEqual([422, expect.stringContaining("key is invalid")]);
  }
  expect(refusal(await add("keys", undefined))).toEqual([422, `Invalid request.\n\n"key" wasn't supplied.`]);
  expect((await lab.call("GET", `/repos/acme/keys/keys/${id}`)).status).toBe(200);
  expect((await lab.call("GET", `/repos/acme/keys-too/keys/${id}`)).status).toBe(404);
  expect((await lab.call("DELETE", `/repos/acme/keys/keys/${id}`)).status).toBe(204);
  expect((await lab.call("DELETE", `/repos/acme/keys/keys/${id}`)).status).toBe(404);
  expect((await add("keys-too", publicKey)).status).toBe(201);
});

test("variables are made once, changed, listed and removed, by names in any case", async () => {
  await lab.repository("variables");
  const path = "/repos/acme/variables/actions/variables";
  const create = (name: string, value = "1") => lab.call("POST", path, { name, value });
  expect([(await create("colour")).status, (await create("COLOUR")).status]).toEqual([201, 409]);
  expect((await create("GITHUB_X")).status).toBe(422);
  expect((await create("1X")).status).toBe(422);
  expect((await create("LARGE", "x".repeat(48 * 1024 + 1))).status).toBe(422);
  expect((await lab.call("PATCH", `${path}/colour`, { value: "blue" })).status).toBe(204);
  expect((await lab.call("GET", `${path}/Colour`)).body).toMatchObject({ name: "COLOUR", value: "blue" });
  expect((await lab.call("PATCH", `${path}/COLOUR`, { name: "SHADE" })).status).toBe(204);
  expect((await lab.call("GET", path)).body).toMatchObject({
    total_count: 1,
    variables: [{ name: "SHADE", value: "blue" }],
  });
  expect((await lab.call("DELETE", `${path}/SHADE`)).status).toBe(204);
  expect((await lab.call("GET", `${path}/SHADE`)).status).toBe(404);
});

test("a secret is taken sealed for the repository's key only, and never given out", async () => {
  await lab.repository("secrets");
  await lab.repository("secrets-too");
  const path = "/repos/acme/secrets";
  const put = (body: object, name = "TOKEN") => lab.call("PUT", `${path}/actions/secrets/${name}`, body);
  const sealed = await seal(path, "s3same");
  const plain = Buffer.from("s3same, and not sealed at all, however long it may be").toString("base64");
  expect(refusal(await put({ ...sealed, encrypted_value: plain }))).toEqual([
    422,
    "Improperly encrypted secret",
  ]);
  expect((await put({ ...sealed, encrypted_value: "no base64" })).status).toBe(422);
  expect((await put({ ...sealed, key_id: "1" })).status).toBe(422);
  expect((await put(await seal("/repos/acme/secrets-too", "s3same"))).status).toBe(422);
  const strange = { ...(await seal("/repos/acme/secrets-too", "s3same")), key_id: sealed.key_id };
  expect((await put(strange)).status).toBe(422);
  expect((await put(sealed, "GITHUB_TOKEN")).status).toBe(422);
  expect((await lab.call("GET", `${path}/actions/secrets`)).body).toMatchObject({ total_count: 0 });

  expect([(await put(sealed)).status, (await put(sealed)).status]).toEqual([201, 204]);
  const answers = [
    await lab.call("GET", `${path}/actions/secrets`),
    await lab.call("GET", `${path}/actions/secrets/token`),
  ];
  expect(answers[1]?.body).toMatchObject({ name: "TOKEN" });
  expect(JSON.stringify(answers)).not.toContain(sealed.encrypted_value);
  expect(await lab.host.revealSecret("acme", "secrets", "TOKEN")).toBe("s3same");
  expect((await lab.call("DELETE", `${path}/actions/secrets/TOKEN`)).status).toBe(204);
  expect((await lab.call("DELETE", `${path}/actions/secrets/TOKEN`)).status).toBe(404);
});

test("branches and refs are read, made, moved, renamed and deleted", async () => {
  const { path, sha } = await pushed("refs");
  const create = (ref: string, at = sha) => lab.call("POST", `${path}/git/refs`, { ref, sha: at });
  expect((await create("refs/heads/feature/one")).status).toBe(201);
  expect(refusal(await create("refs/heads/feature/one"))).toEqual([422, "Reference already exists"]);
  expect(refusal(await create("refs/heads/none", "0123456789012345678901234567890123456789"))).toEqual([
    422,
    "Object does not exist",
  ]);
  expect((await create("heads/x")).status).toBe(422);
  expect((await create("refs/heads/a..b")).status).toBe(422);
  for (const name of ["feature/one", "feature%2Fone"]) {
    expect((await lab.call("GET", `${path}/branches/${name}`)).body).toMatchObject({
      name: "feature/one",
      commit: { sha },
    });
    expect((await lab.call("GET", `${path}/git/ref/heads/${name}`)).body).toMatchObject({
      ref: "refs/heads/feature/one",
    });
  }
  expect((await lab.call("GET", `${path}/git/matching-refs/heads/feature`)).body).toHaveLength(1);
  expect((await lab.call("PATCH", `${path}/git/refs/heads/feature/one`, { sha })).status).toBe(200);
  expect((await lab.call("DELETE", `${path}/git/refs/heads/feature/one`)).status).toBe(204);
  expect((await lab.call("DELETE", `${path}/git/refs/heads/feature/one`)).status).toBe(422);
  expect((await lab.call("GET", `${path}/git/ref/heads/none`)).status).toBe(404);

  const renamed = await lab.call("POST", `${path}/branches/main/rename`, { new_name: "trunk" });
  expect([renamed.status, (renamed.body as Json)["name"]]).toEqual([201, "trunk"]);
  expect((await lab.call("GET", path)).body).toMatchObject({ default_branch: "trunk" });
  expect(refusal(await lab.call("PATCH", path, { default_branch: "main" }))[1]).toContain(
    "The branch main was not found",
  );
  await create("refs/heads/main");
  expect((await lab.call("PATCH", path, { default_branch: "main" })).body).toMatchObject({
    default_branch: "main",
  });
});

test("commits, folders and files are read", async () => {
  const { path, sha } = await pushed("content");
  expect((await lab.call("GET", `${path}/commits/main`)).body).toMatchObject({
    sha,
    commit: { message: "Initial commit" },
  });
  const short = { headers: { accept: "application/vnd.github.sha" } };
  expect((await lab.call("GET", `${path}/commits/heads/main`, undefined, short)).body).toBe(sha);
  expect((await lab.call("GET", `${path}/commits/none`)).status).toBe(422);
  expect((await lab.call("GET", `${path}/commits?path=README.md`)).body).toHaveLength(1);
  expect((await lab.call("GET", `${path}/commits?path=none`)).body).toHaveLength(0);
  const file = (await lab.call("GET", `${path}/contents/README.md?ref=${sha}`)).body as { content: string };
  expect(Buffer.from(file.content, "base64").toString()).toBe("# content\n\nThings\n");
  expect((await lab.call("GET", `${path}/contents/`)).body).toMatchObject([
    { name: "README.md", type: "file" },
  ]);
  expect((await lab.call("GET", `${path}/contents/none`)).status).toBe(404);
  expect((await lab.call("GET", `${path}/contents/README.md?ref=none`)).status).toBe(404);
});

test("commit statuses add up", async () => {
  const { path, sha } = await pushed("statuses");
  const set = (state: string, context: string) =>
    lab.call("POST", `${path}/statuses/${sha}`, { state, context });
  const combined = async (): Promise<unknown> =>
    ((await lab.call("GET", `${path}/commits/${sha}/status`)).body as Json)["state"];
  expect(await combined()).toBe("pending");
  expect((await set("success", "flux")).status).toBe(201);
  expect(await combined()).toBe("success");
  await set("failure", "ci");
  expect(await combined()).toBe("failure");
  await set("success", "ci");
  expect(await combined()).toBe("success");
  expect((await lab.call("GET", `${path}/commits/main/statuses`)).body).toMatchObject([
    { state: "success", context: "ci" },
    { state: "failure", context: "ci" },
    { state: "success", context: "flux" },
  ]);
  expect((await set("great", "ci")).status).toBe(422);
  expect((await lab.call("POST", `${path}/statuses/none`, { state: "success" })).status).toBe(422);
});

test("the administrator is the only collaborator", async () => {
  await lab.repository("people");
  const path = "/repos/acme/people/collaborators";
  expect((await lab.call("GET", path)).body).toMatchObject([{ login: "lab-admin", role_name: "admin" }]);
  expect((await lab.call("GET", `${path}/lab-admin`)).status).toBe(204);
  expect((await lab.call("GET", `${path}/nobody`)).status).toBe(404);
  expect((await lab.call("GET", `${path}/lab-admin/permission`)).body).toMatchObject({ permission: "admin" });
});

test("lists come in pages with links to the others", async () => {
  await lab.repository("pages");
  for (const name of ["A", "B", "C"]) {
    await lab.call("POST", "/repos/acme/pages/actions/variables", { name, value: name });
  }
  const page = await lab.call("GET", "/repos/acme/pages/actions/variables?per_page=1&page=2");
  expect(page.body).toMatchObject({ total_count: 3, variables: [{ name: "B" }] });
  const links = page.headers.get("link") ?? "";
  for (const [relation, number] of Object.entries({ prev: 1, next: 3, last: 3, first: 1 })) {
    const url = `${lab.host.url}/api/v3/repos/acme/pages/actions/variables?per_page=1&page=${number}`;
    expect(links).toContain(`<${url}>; rel="${relation}"`);
  }
  expect((await lab.call("GET", "/repos/acme/pages/keys")).headers.get("link")).toBeNull();
});
