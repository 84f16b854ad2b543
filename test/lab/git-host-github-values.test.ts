/** CI values beside those of a repository on the lab's GitHub, and what Slipway asks of them before it makes its own. */
import sodium from "libsodium-wrappers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { foundName } from "../../components/git/adoption.ts";
import { findGitHubRepository, type GitHubApi } from "../../components/git/github/api.ts";
import {
  refuseGuardedEnvironment,
  refuseOthersGroupSecret,
  removeOwnGroupVariable,
} from "../../components/git/github/group-leftovers.ts";
import { removeSameVariable } from "../../components/git/github/leftovers.ts";
import { TestHost } from "../../lab/git-host/testing.ts";

let lab: TestHost;
let api: GitHubApi;
let repository: string;
let path: string;
let count = 0;

beforeAll(async () => {
  lab = await TestHost.start(["api.github.com"]);
  api = { owner: "acme", baseUrl: lab.host.url, token: lab.host.token };
});
afterAll(() => lab.stop());
beforeEach(async () => {
  repository = `app-${++count}`;
  path = `/repos/acme/${repository}`;
  await lab.repository(repository);
});
// Every JSON answer is of the form that GitHub describes.
afterEach(() => {
  expect(lab.problems.splice(0)).toEqual([]);
});

const status = async (method: string, at: string, body?: object) => (await lab.call(method, at, body)).status;
const body = async <T>(at: string) => (await lab.call("GET", at)).body as T;
const idOf = async (name: string) => (await body<{ id: number }>(`/repos/acme/${name}`)).id;

/** A secret as the host takes it, sealed for the key at a path. */
async function seal(values: string, text: string): Promise<{ encrypted_value: string; key_id: string }> {
  const { key, key_id: keyId } = await body<{ key: string; key_id: string }>(`${values}/secrets/public-key`);
  await sodium.ready;
  const box = sodium.crypto_box_seal(text, new Uint8Array(Buffer.from(key, "base64")));
  return { encrypted_value: Buffer.from(box).toString("base64"), key_id: keyId };
}

const protectedBranches = { protected_branches: true, custom_branch_policies: false };

describe("an environment", () => {
  test("is made and changed by one request, found in any case, listed and deleted", async () => {
    const at = `${path}/environments`;
    expect(await status("GET", `${at}/production`)).toBe(404);
    expect(await status("PUT", `${at}/production`, {})).toBe(200);
    const policy = { deployment_branch_policy: protectedBranches, wait_timer: 5 };
    expect(await status("PUT", `${at}/Production`, policy)).toBe(200);
    expect(await body(`${at}/PRODUCTION`)).toMatchObject({
      name: "production",
      can_admins_bypass: true,
      deployment_branch_policy: protectedBranches,
      protection_rules: [{ type: "wait_timer", wait_timer: 5 }, { type: "branch_policy" }],
    });
    expect(await status("PUT", `${at}/a%2Fb`, {})).toBe(200);
    expect(await body(at)).toMatchObject({ total_count: 2, environments: [{}, { name: "a/b" }] });
    const both = { protected_branches: true, custom_branch_policies: true };
    expect(await status("PUT", `${at}/x`, { deployment_branch_policy: both })).toBe(422);
    expect(await status("DELETE", `${at}/production`)).toBe(204);
    expect(await status("GET", `${at}/production`)).toBe(404);
  });

  test("has variables and secrets of its own, and a key of its own to seal them", async () => {
    const at = `${path}/environments/production`;
    expect(await status("POST", `${at}/variables`, { name: "COLOUR", value: "red" })).toBe(404);
    await lab.call("PUT", at, {});
    expect(await status("POST", `${at}/variables`, { name: "COLOUR", value: "red" })).toBe(201);
    expect(await status("POST", `${at}/variables`, { name: "COLOUR", value: "red" })).toBe(409);
    expect(await status("PATCH", `${at}/variables/COLOUR`, { value: "green" })).toBe(204);
    expect(await body(`${at}/variables/COLOUR`)).toMatchObject({ value: "green" });
    expect(await status("GET", `${path}/actions/variables/COLOUR`)).toBe(404);
    expect(await status("PUT", `${at}/secrets/PIN`, await seal(`${path}/actions`, "1234"))).toBe(422);
    expect(await status("PUT", `${at}/secrets/PIN`, await seal(at, "1234"))).toBe(201);
    // As the provider asks, by the repository's number: GitHub answers, and its description does not say so any more.
    const byNumber = `/repositories/${await idOf(repository)}/environments/production/secrets/PIN`;
    const headers = { authorization: `Bearer ${lab.host.token}` };
    const asked = await fetch(`${lab.host.url}/api/v3${byNumber}`, { headers });
    expect(await asked.json()).toMatchObject({ name: "PIN" });
    expect(await body(`${at}/secrets`)).toMatchObject({ total_count: 1 });
    expect(await status("DELETE", `${at}/secrets/PIN`)).toBe(204);
    expect(await status("DELETE", `${at}/variables/COLOUR`)).toBe(204);
  });

  test("survives a restart of the host", async () => {
    await lab.call("PUT", `${path}/environments/production`, {});
    await lab.restart();
    api = { ...api, baseUrl: lab.host.url, token: lab.host.token };
    expect(await status("GET", `${path}/environments/production`)).toBe(200);
  });
});

describe("a value of the organisation", () => {
  const at = "/orgs/acme/actions";

  test("is for the repositories that it names, and for others as it is told later", async () => {
    const other = `${repository}-other`;
    await lab.repository(other);
    const [id, otherId] = [await idOf(repository), await idOf(other)];
    const selected = { visibility: "selected", selected_repository_ids: [id] };
    const name = `TEAM_${count}`;
    expect(await status("POST", `${at}/variables`, { name, value: "x" })).toBe(422);
    expect(await status("POST", `${at}/variables`, { name, value: "x", ...selected })).toBe(201);
    expect(await status("POST", `${at}/variables`, { name, value: "x", ...selected })).toBe(409);
    expect(await body(`${at}/variables/${name}`)).toMatchObject({ value: "x", visibility: "selected" });
    const names = async () =>
      (
        await body<{ repositories: { name: string }[] }>(`${at}/variables/${name}/repositories`)
      ).repositories.map((one) => one.name);
    expect(await names()).toEqual([repository]);
    const more = { selected_repository_ids: [id, otherId] };
    expect(await status("PATCH", `${at}/variables/${name}`, { value: "y", ...more })).toBe(204);
    expect(await names()).toEqual([repository, other]);
    expect(await status("PUT", `${at}/variables/${name}/repositories`, selected)).toBe(204);
    expect(await names()).toEqual([repository]);
    expect(await body(`${at}/variables?per_page=1`)).toMatchObject({ total_count: 1 });
    expect(await status("DELETE", `${at}/variables/${name}`)).toBe(204);
    expect(await status("GET", `${at}/variables/${name}/repositories`)).toBe(404);
  });

  test("may be a secret, sealed for the organisation; users have none", async () => {
    const name = `SECRET_${count}`;
    const selected = { visibility: "selected", selected_repository_ids: [await idOf(repository)] };
    const sealed = await seal(at, "s3same");
    expect(await status("PUT", `${at}/secrets/${name}`, { ...sealed, ...selected })).toBe(201);
    expect(await status("PUT", `${at}/secrets/${name}`, { ...sealed, ...selected })).toBe(204);
    expect(await body(`${at}/secrets/${name}`)).toMatchObject({ name, visibility: "selected" });
    expect(await body(`${at}/secrets/${name}/repositories`)).toMatchObject({ total_count: 1 });
    expect(await status("PUT", `${at}/secrets/${name}`, { ...sealed, visibility: "all" })).toBe(204);
    expect(await status("GET", `${at}/secrets/${name}/repositories`)).toBe(409);
    expect(await status("DELETE", `${at}/secrets/${name}`)).toBe(204);
    expect(await status("GET", "/orgs/lab-admin/actions/variables")).toBe(404);
  });
});

describe("what a killed run or a lost state has left", () => {
  test("an environment's variable with the wanted value goes, another one stays", async () => {
    const at = `${path}/environments/production`;
    await lab.call("PUT", at, {});
    const wanted = { repository, environment: "production", name: "COLOUR", value: "red" };
    await removeSameVariable(api, wanted);
    await lab.call("POST", `${at}/variables`, { name: "COLOUR", value: "red" });
    await removeSameVariable(api, wanted);
    expect(await status("GET", `${at}/variables/COLOUR`)).toBe(404);
    await lab.call("POST", `${at}/variables`, { name: "COLOUR", value: "by hand" });
    await expect(removeSameVariable(api, wanted)).rejects.toThrow(/exists already, with another value/);
  });

  test("the variables of environments are found with the repository", async () => {
    const at = `${path}/environments/production`;
    await lab.call("PUT", at, {});
    await lab.call("POST", `${at}/variables`, { name: "COLOUR", value: "red" });
    await lab.call("POST", `${path}/actions/variables`, { name: "SIZE", value: "1" });
    const found = await findGitHubRepository(api, repository);
    expect(found?.variables).toEqual(["SIZE", foundName("COLOUR", "production")]);
  });

  test("a variable of the organisation goes that is for this stack only with its value, and no other", async () => {
    const id = await idOf(repository);
    const name = `LEFT_${count}`;
    const wanted = { name, value: "x", repositoryIds: [id, 1] };
    const make = (more: object) =>
      lab.call("POST", "/orgs/acme/actions/variables", { name, value: "x", visibility: "selected", ...more });
    const there = () => status("GET", `/orgs/acme/actions/variables/${name}`);
    const remove = () => lab.call("DELETE", `/orgs/acme/actions/variables/${name}`);
    await removeOwnGroupVariable(api, wanted);
    await make({ selected_repository_ids: [id] });
    await removeOwnGroupVariable(api, wanted);
    expect(await there()).toBe(404);

    const other = `${repository}-other`;
    await lab.repository(other);
    for (const theirs of [
      { visibility: "all" },
      { selected_repository_ids: [] },
      { selected_repository_ids: [id, await idOf(other)] },
      { selected_repository_ids: [id], value: "another" },
    ]) {
      await make(theirs);
      await expect(removeOwnGroupVariable(api, wanted)).rejects.toThrow(
        `the CI variable ${name} of acme exists already, and is not this stack's: choose another name`,
      );
      expect(await there()).toBe(200);
      await remove();
    }
  });

  test("a secret of the organisation is set again that is for this stack only, and another's is not overwritten", async () => {
    const id = await idOf(repository);
    const name = `LEFT_${count}`;
    const wanted = { name, repositoryIds: [id] };
    await refuseOthersGroupSecret(api, wanted);
    const sealed = await seal("/orgs/acme/actions", "x");
    const own = { ...sealed, visibility: "selected", selected_repository_ids: [id] };
    await lab.call("PUT", `/orgs/acme/actions/secrets/${name}`, own);
    await refuseOthersGroupSecret(api, wanted);
    const none = { ...own, selected_repository_ids: [] };
    await lab.call("PUT", `/orgs/acme/actions/secrets/${name}`, none);
    await refuseOthersGroupSecret(api, wanted);
    await lab.call("PUT", `/orgs/acme/actions/secrets/${name}`, own);
    await expect(refuseOthersGroupSecret(api, { ...wanted, repositoryIds: [1] })).rejects.toThrow(
      /not this stack/,
    );
    await lab.call("PUT", `/orgs/acme/actions/secrets/${name}`, { ...sealed, visibility: "all" });
    await expect(refuseOthersGroupSecret(api, wanted)).rejects.toThrow(
      /secret LEFT_\d+ of acme exists already/,
    );
  });

  test("an environment that somebody guards is not made anew, and what would be lost is named", async () => {
    const wanted = { repository, environment: "production", protected: true };
    const at = `${path}/environments/production`;
    const { id } = await body<{ id: number }>("/user");
    await refuseGuardedEnvironment(api, wanted);
    await lab.call("PUT", at, {});
    await refuseGuardedEnvironment(api, wanted);
    await lab.call("PUT", at, { deployment_branch_policy: protectedBranches });
    await refuseGuardedEnvironment(api, wanted);
    await expect(refuseGuardedEnvironment(api, { ...wanted, protected: false })).rejects.toThrow(
      /branch_policy/,
    );
    await lab.call("PUT", at, { wait_timer: 5, reviewers: [{ type: "User", id }] });
    await expect(refuseGuardedEnvironment(api, wanted)).rejects.toThrow(
      /the environment production of app-\d+ exists already, with rules that would be lost: wait_timer, required_reviewers/,
    );
  });
});
