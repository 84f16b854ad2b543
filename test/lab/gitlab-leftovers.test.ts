/** What Slipway removes on GitLab by itself, against the lab's. */
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { GitLabApi } from "../../components/git/gitlab/api.ts";
import { GitLabHooks } from "../../components/git/gitlab/hooks.ts";
import {
  removeLostKeys,
  removeOwnApprovalRule,
  removeSameKey,
  removeSameScope,
  removeSameVariable,
  removeSameWebhooks,
  removeUnusedKeys,
  revokeUnknownTokens,
} from "../../components/git/gitlab/leftovers.ts";
import { gitLabFaults } from "../../lab/git-host/gitlab/faults.ts";
import { GitLabTestHost } from "../../lab/git-host/gitlab/testing.ts";
import { generateEd25519Key } from "../../lab/ssh-keys/private-key.ts";
import { record } from "../components/mocks.ts";
import { after, before } from "./run-hooks.ts";

let lab: GitLabTestHost;
let api: GitLabApi;
let project: string;
let count = 0;

beforeAll(async () => {
  await record();
  lab = await GitLabTestHost.start();
  api = { owner: "acme", baseUrl: `${lab.host.url}/`, token: lab.host.token };
});
afterAll(() => lab.stop());
beforeEach(async () => {
  project = String(await lab.project(`app-${(count += 1)}`));
});

const publicKey = async () => (await generateEd25519Key()).publicKeyOpenssh.trim();
const register = (title: string, key: string, at = project) =>
  lab.call("POST", `/projects/${at}/deploy_keys`, { title, key });

async function keysOf(at = project): Promise<{ title: string; key: string }[]> {
  const [first, second] = await Promise.all(
    [1, 2].map((page) => lab.call("GET", `/projects/${at}/deploy_keys?per_page=100&page=${page}`)),
  );
  return [first, second].flatMap((answer) => answer?.body as { title: string; key: string }[]);
}
const titles = async (at?: string) => (await keysOf(at)).map(({ title }) => title);

describe("a deploy key", () => {
  test("that is registered under its title is removed, comment or not, and no other", async () => {
    const key = await publicKey();
    await register("ours", `${key} with a comment`);
    await register("ours", await publicKey());
    await register("theirs", await publicKey());
    // GitLab has the key by its fingerprint, and refuses it with another comment.
    expect((await register("ours", key)).status).toBe(400);
    await removeSameKey(api, { project, title: "ours", publicKey: `${key}\n` });
    expect(await titles()).toEqual(["ours", "theirs"]);
    expect((await register("ours", key)).status).toBe(201);
  });

  test("that is registered under another title stays", async () => {
    const key = await publicKey();
    await register("theirs", key);
    await removeSameKey(api, { project, title: "ours", publicKey: key });
    expect(await titles()).toEqual(["theirs"]);
  });

  test("makes those of its title go that are lost, from every page, and still open other projects", async () => {
    const [key, lost] = [await publicKey(), await publicKey()];
    const other = String(await lab.project(`other-${count}`));
    for (let number = 0; number < 100; number += 1) await register(`theirs ${number}`, await publicKey());
    await register("ours", lost);
    await register("ours", key);
    await register("ours", lost, other);
    await removeLostKeys(api, { project, title: "ours", publicKey: key });
    expect((await keysOf()).filter(({ title }) => title === "ours").map((left) => left.key)).toEqual([key]);
    expect(await titles()).toHaveLength(101);
    expect((await keysOf(other)).map((left) => left.key)).toEqual([lost]);
  });
});

describe("the keys of a stack", () => {
  test("that it has no use for go; those that it wants, other stacks', other people's and other projects' stay", async () => {
    const other = String(await lab.project(`other-${count}`));
    const kept = ["slipway/dev: Flux of dev reads app", "slipway/dev2: Flux of qa reads app", "slipway/dev"];
    for (const title of [...kept, "slipway/dev: CI of old writes"]) await register(title, await publicKey());
    const unused = await publicKey();
    for (const at of [project, other]) await register("slipway/dev: Flux of qa reads app", unused, at);
    const wanted = new Set(["slipway/dev: Flux of dev reads app"]);
    await removeUnusedKeys(api, { project, prefix: "slipway/dev: ", titles: wanted });
    expect(await titles()).toEqual(kept);
    expect(await titles(other)).toEqual(["slipway/dev: Flux of qa reads app"]);
  });
});

describe("a CI variable", () => {
  const wanted = (scope = "*") => ({ project, key: "URL", scope, value: "https://a.example" });
  const set = (value: string, more: object = {}) =>
    lab.call("POST", `/projects/${project}/variables`, { key: "URL", value, ...more });
  const left = async () =>
    ((await lab.call("GET", `/projects/${project}/variables`)).body as { environment_scope: string }[]).map(
      (one) => one.environment_scope,
    );

  test("that has the value already is removed, of its own scope only; that there is none is no error", async () => {
    await removeSameVariable(api, wanted());
    await set("https://a.example");
    await set("https://a.example", { environment_scope: "production" });
    await removeSameVariable(api, wanted());
    expect(await left()).toEqual(["production"]);
    await removeSameVariable(api, wanted("production"));
    expect(await left()).toEqual([]);
  });

  test.each([
    ["something else", {}],
    ["a-hidden-value", { masked_and_hidden: true }],
  ])("that has another value, or one that is told to nobody, stays: %s", async (value, more) => {
    await set(value, more);
    const refusal: unknown = await removeSameVariable(api, { ...wanted(), value: "a-wanted-value" }).catch(
      (error: unknown) => error,
    );
    expect(String(refusal)).toMatch(
      /URL exists already in the project \d+, with another value.*remove it on the host/,
    );
    expect(String(refusal)).not.toContain(value);
    expect(String(refusal)).not.toContain("a-wanted-value");
    expect(await left()).toEqual(["*"]);
  });
});

describe("a project that is let in", () => {
  test("is taken off the list, and no other; that it is not on it is no error", async () => {
    const [ours, theirs] = [await lab.project(`ours-${count}`), await lab.project(`theirs-${count}`)];
    await removeSameScope(api, { project, target: ours });
    for (const id of [ours, theirs])
      await lab.call("POST", `/projects/${project}/job_token_scope/allowlist`, { target_project_id: id });
    await removeSameScope(api, { project, target: ours });
    await removeSameScope(api, { project, target: Number(project) });
    const { body } = await lab.call("GET", `/projects/${project}/job_token_scope/allowlist`);
    expect((body as { id: number }[]).map(({ id }) => id)).toEqual([Number(project), theirs]);
  });
});

describe("webhooks", () => {
  test("are removed by their address, lost ones by their name, from every page, and no others", async () => {
    const create = (url: string, name = "ours") =>
      lab.call("POST", `/projects/${project}/hooks`, { url, name });
    const url = "https://flux.example/hook/1";
    for (let index = 0; index < 100; index += 1) await create(`https://flux.example/${index}`, "theirs");
    await create(url);
    await create(url);
    await create("https://flux.example/hook/lost");
    const left = async () => {
      const path = `/projects/${project}/hooks?per_page=100`;
      const pages = await Promise.all([1, 2].map((page) => lab.call("GET", `${path}&page=${page}`)));
      return pages.flatMap(({ body }) => body as { url: string }[]).map((hook) => hook.url);
    };
    await removeSameWebhooks(api, { project, url });
    expect(await left()).toHaveLength(101);
    expect(await left()).not.toContain(url);
    await removeSameWebhooks(api, { project, url, lostName: "ours" });
    expect(await left()).toHaveLength(100);
    expect(await left()).not.toContain("https://flux.example/hook/lost");
    await removeSameWebhooks(api, { project: "4711", url });
    const wrong = { ...api, token: "glpat-wrong" };
    await expect(removeSameWebhooks(wrong, { project, url })).rejects.toThrow(/answers 401/);
  });
});

const hooks = () =>
  new GitLabHooks({ owner: "acme", baseUrl: `${lab.host.url}/`, token: pulumi.secret(lab.host.token) });
describe("right before something is made", () => {
  test("a host that cannot now is asked again", async () => {
    const key = await publicKey();
    await register("ours", key);
    const answer = gitLabFaults.unavailable(503);
    lab.host.faults.add({ method: "GET", path: "/deploy_keys", does: { kind: "answer", answer } });
    await before(hooks().deployKey("key", false), { project, title: "ours", key });
    expect(await titles()).toEqual([]);
  });

  test("nobody looks in a project that this run has made", async () => {
    const made = hooks();
    await after(made.project(), {}, project);
    const key = await publicKey();
    await register("ours", key);
    await before(made.deployKey("key", false), { project, title: "ours", key });
    expect(await titles()).toEqual(["ours"]);
  });
});

describe("an approval rule", () => {
  const path = () => `/projects/${project}/approval_rules`;
  const make = async (name: string, required: number, type = "any_approver") => {
    const wanted = { name, rule_type: type, approvals_required: required };
    expect((await lab.call("POST", path(), wanted)).status).toBe(201);
  };
  const names = async () =>
    ((await lab.call("GET", path())).body as { name: string }[]).map(({ name }) => name);
  const ours = () => ({ project, name: "slipway-reviews" });
  beforeEach(() => lab.host.setPremium(true));
  afterEach(() => lab.host.setPremium(false));

  test("for any approver that has the name is removed, and no other", async () => {
    await removeOwnApprovalRule(api, ours());
    await make("slipway-reviews", 2);
    await make("security", 1, "regular");
    await removeOwnApprovalRule(api, ours());
    expect(await names()).toEqual(["security"]);
    await make("slipway-reviews", 2);
  });

  test("that asks for nobody stays, for the provider takes it over", async () => {
    await make("All Members", 0);
    await removeOwnApprovalRule(api, ours());
    expect(await names()).toEqual(["All Members"]);
  });

  test("that somebody else has made is an error, and stays", async () => {
    await make("All Members", 1);
    await expect(removeOwnApprovalRule(api, ours())).rejects.toThrow(
      /has the approval rule "All Members" already.*remove it in the project's settings/,
    );
    expect(await names()).toEqual(["All Members"]);
  });

  test("whose answer did not arrive goes before it is made once more", async () => {
    await make("slipway-reviews", 2);
    const hooks = new GitLabHooks({ ...api, token: pulumi.secret(lab.host.token) });
    const failure = {
      ...{ urn: "urn:pulumi:dev::slipway::it::it", failedOperation: "create" as const, errors: [] },
      type: "gitlab:index/projectApprovalRule:ProjectApprovalRule",
      newInputs: { ...ours(), approvalsRequired: 2 },
    };
    expect(await hooks.mayRetry(failure, "taken")).toBe(true);
    expect(await names()).toEqual([]);
  });
});

describe("a token", () => {
  interface Made {
    readonly id: number;
    readonly user_id: number;
    readonly token: string;
  }
  const path = () => `/projects/${project}/access_tokens`;
  const make = async (name: string) => {
    const body = { name, scopes: ["api"], access_level: 30 };
    return (await lab.call("POST", path(), body)).body as Made;
  };

  test("that nobody has is revoked; those that are in the state, were used, or are others' stay", async () => {
    const [made, , inState, used, theirs] = [
      await make("ours"),
      await make("ours"),
      await make("ours"),
      await make("ours"),
      await make("theirs"),
    ] as [Made, Made, Made, Made, Made];
    expect((await lab.call("GET", "/user", undefined, { token: used.token })).status).toBe(200);
    await revokeUnknownTokens(api, {
      ...{ project, name: "ours", kept: made.id },
      users: new Set([inState.user_id]),
    });
    const left = (await lab.call("GET", `${path()}?state=active`)).body as Made[];
    const ids = [made, inState, used, theirs].map(({ id }) => id);
    expect(left.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });
});

describe("what may be tried again, after an answer that did not arrive", () => {
  const failure = (type: string, newInputs: Record<string, unknown>) => ({
    urn: "urn:pulumi:dev::slipway::it::it",
    type: `gitlab:index/x:${type}`,
    failedOperation: "create" as const,
    errors: [],
    newInputs,
  });

  test("a variable, which goes before; what no request can have made is not", async () => {
    await lab.call("POST", `/projects/${project}/variables`, { key: "URL", value: "a-value-of-ours" });
    const inputs = { project, key: "URL", value: pulumi.secret("a-value-of-ours") };
    expect(await hooks().mayRetry(failure("ProjectVariable", inputs), "taken")).toBe(true);
    expect((await lab.call("GET", `/projects/${project}/variables/URL`)).status).toBe(404);
    expect(await hooks().mayRetry(failure("Resource", {}), "away")).toBe(true);
    expect(await hooks().mayRetry(failure("Resource", {}), "taken")).toBe(false);
  });

  test("a webhook, which goes before; those of a lost state only where the project was taken back", async () => {
    const url = "https://flux.example/hook/1";
    const create = (to: string) => lab.call("POST", `/projects/${project}/hooks`, { url: to, name: "ours" });
    const left = async () =>
      ((await lab.call("GET", `/projects/${project}/hooks`)).body as { url: string }[]).map(
        (hook) => hook.url,
      );
    for (const to of [url, "https://flux.example/hook/lost"]) await create(to);
    const newInputs = { project, url: pulumi.secret(url), name: "ours" };
    expect(await hooks().mayRetry(failure("ProjectHook", newInputs), "away")).toBe(true);
    expect(await left()).toEqual(["https://flux.example/hook/lost"]);
    await before(hooks().webhook("hook", true, undefined), newInputs);
    expect(await left()).toEqual([]);
  });

  test("a webhook that a repeated request has made twice is there once, and is the one that the state has", async () => {
    const [path, url] = [`/projects/${project}/hooks`, "https://flux.example/hook/1"];
    const make = async (to: string) =>
      ((await lab.call("POST", path, { url: to })).body as { id: number }).id;
    const [, known, theirs] = [await make(url), await make(url), await make("https://flux.example/hook/2")];
    await after(hooks().webhook("hook", false, undefined), { project, url }, `${project}:${known}`);
    const left = (await lab.call("GET", path)).body as { id: number }[];
    expect(left.map(({ id }) => id).toSorted()).toEqual([known, theirs].toSorted());
  });

  test("what a lost state's webhook belongs to, which goes with it afterwards, but where the project is new", async () => {
    const path = `/projects/${project}/hooks`;
    const lost = "https://flux.example/hook/lost";
    await lab.call("POST", path, { url: lost });
    const lostHook = (run: GitLabHooks) =>
      run.webhook("hook", false, async (removeWebhook) => removeWebhook(lost));
    const made = hooks();
    const newInputs = { project, url: "https://flux.example/hook/new" };
    await after(made.project(), {}, project);
    await after(lostHook(made), newInputs);
    expect((await lab.call("GET", path)).body).toHaveLength(1);
    await after(lostHook(hooks()), newInputs);
    expect((await lab.call("GET", path)).body).toEqual([]);
  });

  test("a project that is not there; one that is goes into the state by the next run", async () => {
    expect(await hooks().mayRetry(failure("Project", { path: "another" }), "away")).toBe(true);
    await expect(hooks().mayRetry(failure("Project", { path: `app-${count}` }), "taken")).rejects.toThrow(
      /the project acme\/app-\d+ is there.*run `pulumi up` again/,
    );
  });
});
