/** CI values of a group and tokens of a project on the lab's GitLab: by the stand-in for the plugin, and by Slipway itself. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foundName } from "../../components/git/adoption.ts";
import { findGitLabProject } from "../../components/git/gitlab/api.ts";
import { removeOwnGroupVariable } from "../../components/git/gitlab/group-leftovers.ts";
import { GitLabTestHost } from "../../lab/git-host/gitlab/testing.ts";
import { isSecret, plain, secret, type PropertyMap } from "../../lab/providers/values.ts";
import { ProviderClient } from "./provider-client.ts";

const groupVariable = "gitlab:index/groupVariable:GroupVariable";
const variable = "gitlab:index/projectVariable:ProjectVariable";
const token = "gitlab:index/projectAccessToken:ProjectAccessToken";

let host: GitLabTestHost;
let provider: ProviderClient;
let group: string;

beforeAll(async () => {
  host = await GitLabTestHost.start();
  provider = await ProviderClient.start("gitlab", { baseUrl: `${host.host.url}/`, token: host.host.token });
  group = String(((await host.call("GET", "/groups/acme")).body as { id: number }).id);
});

afterAll(async () => {
  await provider.end();
  await host.stop();
});

const look = async (path: string) => (await host.call("GET", path)).body as Record<string, unknown>;
const status = async (path: string) => (await host.call("GET", path)).status;

/** A day so many days ahead. */
const ahead = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe("a variable of the group", () => {
  const inputs = (key: string, more: PropertyMap = {}): PropertyMap => ({
    group,
    key,
    value: secret("12345678"),
    masked: true,
    raw: true,
    description: "ours",
    ...more,
  });

  test("is made, changed, found again by its id and removed; its value stays a secret", async () => {
    const first = await provider.check(groupVariable, inputs("TEAM"));
    const saved = await provider.create(groupVariable, first);
    expect(saved.id).toBe(`${group}:TEAM:*`);
    expect(isSecret(saved.properties["value"] ?? null)).toBe(true);
    expect(await provider.diff(groupVariable, saved, first)).toEqual({ changes: [], replaces: [] });
    const news = { ...first, value: secret("87654321"), protected: true };
    expect((await provider.diff(groupVariable, saved, news)).changes).toEqual(["value", "protected"]);
    await provider.update(groupVariable, saved, news);
    expect(await look("/groups/acme/variables/TEAM")).toMatchObject({
      ...{ value: "87654321", masked: true, protected: true },
      ...{ raw: true, description: "ours", environment_scope: "*" },
    });
    const read = await provider.read(groupVariable, { id: saved.id, properties: {} }, {});
    expect(plain(read.inputs)).toMatchObject({ group, key: "TEAM", value: "87654321" });
    await provider.delete(groupVariable, saved);
    await provider.delete(groupVariable, saved);
    expect((await provider.read(groupVariable, saved, news)).id).toBe("");
  });

  test("of another key, scope or group is another one", async () => {
    const first = await provider.check(groupVariable, inputs("OTHER"));
    const saved = await provider.create(groupVariable, first);
    for (const [name, value] of [
      ["key", "ANOTHER"],
      ["environmentScope", "production"],
      ["group", "1"],
    ] as const)
      expect((await provider.diff(groupVariable, saved, { ...first, [name]: value })).replaces).toEqual([
        name,
      ]);
    await provider.delete(groupVariable, saved);
  });

  test("that a killed run has left goes by the stack's description, and somebody else's stays", async () => {
    const api = { owner: "acme", baseUrl: host.host.url, token: host.host.token };
    const wanted = { group, key: "LEFT", description: "ours" };
    const first = await provider.check(groupVariable, inputs("LEFT"));
    await removeOwnGroupVariable(api, wanted);
    await provider.create(groupVariable, first);
    await expect(provider.create(groupVariable, first)).rejects.toThrow(
      /GitLab answers 400.*already been taken/,
    );
    await removeOwnGroupVariable(api, wanted);
    const again = await provider.create(groupVariable, first);
    await expect(removeOwnGroupVariable(api, { ...wanted, description: "theirs" })).rejects.toThrow(
      "the CI variable LEFT of the group exists already, and this stack did not set it",
    );
    expect(await status("/groups/acme/variables/LEFT")).toBe(200);
    await provider.delete(groupVariable, again);
  });
});

test("a project's variables are found with their environments", async () => {
  const project = String(await host.project("scoped"));
  for (const environmentScope of ["*", "production"]) {
    const inputs = await provider.check(variable, { project, key: "COLOUR", value: "x", environmentScope });
    expect((await provider.create(variable, inputs)).id).toBe(`${project}:COLOUR:${environmentScope}`);
  }
  const api = { owner: "acme", baseUrl: host.host.url, token: host.host.token };
  const found = await findGitLabProject(api, "scoped");
  expect([...(found?.variables ?? [])].sort()).toEqual(["COLOUR", foundName("COLOUR", "production")]);
});

describe("a token of a project", () => {
  let project: string;
  let number = 0;

  const inputs = (more: PropertyMap = {}): Promise<PropertyMap> =>
    provider.check(token, {
      ...{ project, name: "ci", scopes: ["write_repository"], expiresAt: ahead(30) },
      ...more,
    });

  /** Whether git lets the token in. */
  const opens = async (value: string) => {
    const args = ["ls-remote", host.http(`acme/token-${number}`)];
    return (await host.git(host.directory, args, host.withToken(value))).exitCode === 0;
  };

  async function made(more: PropertyMap = {}) {
    number += 1;
    project = String(await host.project(`token-${number}`, { initialize_with_readme: true }));
    const all = await inputs(more);
    const saved = await provider.create(token, all);
    return { all, saved, value: plain(saved.properties)["token"] as string };
  }

  test("opens its project; its value is secret, and known only when it is made", async () => {
    const { all, saved, value } = await made({ accessLevel: "developer" });
    expect(isSecret(saved.properties["token"] ?? null)).toBe(true);
    expect(value).toMatch(/^glpat-/);
    expect(await opens(value)).toBe(true);
    const [, id] = saved.id.split(":");
    expect(await look(`/projects/${project}/access_tokens/${id ?? ""}`)).toMatchObject({
      ...{ name: "ci", scopes: ["write_repository"], access_level: 30, expires_at: ahead(30), active: true },
    });
    expect(await provider.diff(token, saved, all)).toEqual({ changes: [], replaces: [] });
    const read = await provider.read(token, saved, all);
    expect(plain(read.properties)["token"]).toBe(value);
    expect(isSecret(read.properties["token"] ?? null)).toBe(true);
    const imported = await provider.read(token, { id: saved.id, properties: {} }, {});
    expect(imported.properties["token"]).toBeUndefined();
  });

  test("is a maintainer's unless it says so; another name, scope or role is another token, another day is not", async () => {
    const { all, saved } = await made();
    expect(plain(saved.properties)["accessLevel"]).toBe("maintainer");
    for (const [name, value] of [
      ["name", "other"],
      ["scopes", ["read_repository"]],
      ["accessLevel", "developer"],
      ["project", "1"],
    ] as const)
      expect((await provider.diff(token, saved, { ...all, [name]: value })).replaces).toEqual([name]);
    const later = { ...all, expiresAt: ahead(60) };
    expect(await provider.diff(token, saved, later)).toEqual({ changes: ["expiresAt"], replaces: [] });
    await expect(provider.update(token, saved, later)).rejects.toThrow(
      /does not handle a rotation of a project's token in place: replace it/,
    );
  });

  test("that goes is revoked, and opens nothing any more", async () => {
    const { saved, value } = await made();
    await provider.delete(token, saved);
    await provider.delete(token, saved);
    expect(await opens(value)).toBe(false);
  });

  test("for more than a year is refused in the host's words", async () => {
    number += 1;
    project = String(await host.project(`token-${number}`));
    await expect(provider.create(token, await inputs({ expiresAt: ahead(400) }))).rejects.toThrow(
      /GitLab answers 400 to POST .*access_tokens: .*Expiration date must be before/,
    );
  });
});
