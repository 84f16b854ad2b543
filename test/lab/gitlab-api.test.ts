/** What is looked up on GitLab before the first resource is registered, on the lab's GitLab. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  findGitLabNamespace,
  findGitLabProject,
  gitlabApiUrl,
  type GitLabApi,
} from "../../components/git/gitlab/api.ts";
import { GitLabTestHost } from "../../lab/git-host/gitlab/testing.ts";

let host: GitLabTestHost;
let api: GitLabApi;

beforeAll(async () => {
  host = await GitLabTestHost.start();
  api = { owner: "acme", baseUrl: `${host.host.url}/`, token: host.host.token };
});

afterAll(async () => {
  await host.stop();
});

test.each([
  ["https://gitlab.com/", "https://gitlab.com/api/v4/"],
  ["https://git.example", "https://git.example/api/v4/"],
  ["https://git.example/gitlab/", "https://git.example/gitlab/api/v4/"],
  ["https://git.example/api/v4/", "https://git.example/api/v4/"],
])("the API of %s is at %s", (baseUrl, url) => {
  expect(gitlabApiUrl(baseUrl)).toBe(url);
});

test("a group, a subgroup and a user have a number, and nothing has none", async () => {
  const { id, kind } = (await findGitLabNamespace(api)) ?? {};
  expect(kind).toBe("group");
  const { body } = await host.call("POST", "/groups", { name: "Team", path: "team", parent_id: id });
  expect(await findGitLabNamespace({ ...api, owner: "acme/team" })).toMatchObject({
    id: (body as { id: number }).id,
  });
  expect(await findGitLabNamespace({ ...api, owner: "lab-admin" })).toMatchObject({ kind: "user" });
  expect(await findGitLabNamespace({ ...api, owner: "nobody" })).toBeUndefined();
});

test("a project is found with its settings, its marks and all its variables, those of an environment with its name", async () => {
  const id = await host.project("shop", { description: "The shop", topics: ["slipway-stack-dev"] });
  for (let index = 0; index < 101; index += 1)
    await host.call("POST", `/projects/${id}/variables`, { key: `V${index}`, value: "x" });
  const scoped = { key: "SCOPED", value: "x", environment_scope: "production" };
  await host.call("POST", `/projects/${id}/variables`, scoped);
  const found = await findGitLabProject(api, "shop");
  expect(found).toMatchObject({
    id: String(id),
    name: "shop",
    description: "The shop",
    topics: ["slipway-stack-dev"],
    visibility: "private",
    archived: false,
  });
  expect(found?.variables).toHaveLength(102);
  expect(found?.variables).toContain("SCOPED in production");
});

test("one that is to be deleted, or was renamed, is none: its path is free", async () => {
  const gone = await host.project("gone");
  await host.call("DELETE", `/projects/${gone}`);
  expect(await findGitLabProject(api, "gone")).toBeUndefined();
  const renamed = await host.project("old");
  await host.call("PUT", `/projects/${renamed}`, { path: "new" });
  expect(await findGitLabProject(api, "old")).toBeUndefined();
  expect(await findGitLabProject(api, "new")).toMatchObject({ id: String(renamed) });
});

test("a token that opens nothing is an error with the host's words, and not in them", async () => {
  const looking = findGitLabProject({ ...api, token: "glpat-wrong" }, "shop");
  await expect(looking).rejects.toThrow(/answers 401 .*to GET projects\/acme%2Fshop/);
  await expect(looking).rejects.not.toThrow(/glpat-wrong/);
});
