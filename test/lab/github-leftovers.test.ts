/** What Slipway asks GitHub for by itself, against the lab's Git host. */
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  findGitHubRepository,
  isEmptyRepository,
  setTopics,
  type GitHubApi,
} from "../../components/git/github/api.ts";
import { GitHubHooks } from "../../components/git/github/hooks.ts";
import {
  refuseExisting,
  removeLostKeys,
  removeSameKey,
  removeSameRuleset,
  removeSameVariable,
  removeSameWebhook,
  removeUnusedKeys,
} from "../../components/git/github/leftovers.ts";
import { gitHubFaults } from "../../lab/git-host/github/faults.ts";
import { TestHost } from "../../lab/git-host/testing.ts";
import { generateEd25519Key } from "../../lab/ssh-keys/private-key.ts";
import { record } from "../components/mocks.ts";
import { after, before } from "./run-hooks.ts";

let lab: TestHost;
let api: GitHubApi;
let repository: string;
let count = 0;

beforeAll(async () => {
  await record();
  lab = await TestHost.start();
  api = { owner: "acme", baseUrl: lab.host.url, token: lab.host.token };
});
afterAll(() => lab.stop());
beforeEach(async () => {
  repository = `app-${++count}`;
  await lab.call("POST", "/orgs/acme/repos", { name: repository });
});

const publicKey = async () => (await generateEd25519Key()).publicKeyOpenssh.trim();
const register = (title: string, key: string) =>
  lab.call("POST", `/repos/acme/${repository}/keys`, { title, key });

async function titles(): Promise<string[]> {
  const { body } = await lab.call("GET", `/repos/acme/${repository}/keys?per_page=100`);
  return (body as { title: string }[]).map(({ title }) => title);
}

describe("a deploy key", () => {
  test("that is registered under its title is removed, comment or not, and no other", async () => {
    const key = await publicKey();
    await register("ours", key);
    await register("ours", await publicKey());
    await register("theirs", await publicKey());
    await removeSameKey(api, { repository, title: "ours", publicKey: `${key} with a comment\n` });
    expect(await titles()).toEqual(["ours", "theirs"]);
    expect((await register("ours", key)).status).toBe(201);
  });

  test("that is registered under another title stays", async () => {
    const key = await publicKey();
    await register("theirs", key);
    await removeSameKey(api, { repository, title: "ours", publicKey: key });
    expect(await titles()).toEqual(["theirs"]);
  });

  test("makes those of its title go that are lost, from every page of the list", async () => {
    const key = await publicKey();
    for (let number = 0; number < 100; number += 1) await register(`theirs ${number}`, await publicKey());
    await register("ours", await publicKey());
    await register("ours", key);
    await removeLostKeys(api, { repository, title: "ours", publicKey: key });
    expect((await titles()).filter((title) => title.startsWith("theirs"))).toHaveLength(100);
    const { body } = await lab.call("GET", `/repos/acme/${repository}/keys?per_page=100&page=2`);
    expect((body as { key: string }[]).map((left) => left.key)).toEqual([key]);
  });
});

describe("the keys of a stack", () => {
  test("that it has no use for go; those that it wants, other stacks' and other people's stay", async () => {
    const kept = ["slipway/dev: Flux of dev reads app", "slipway/dev2: Flux of qa reads app", "slipway/dev"];
    for (const title of [...kept, "slipway/dev: Flux of qa reads app", "slipway/dev: CI of old writes"]) {
      await register(title, await publicKey());
    }
    const wanted = new Set(["slipway/dev: Flux of dev reads app"]);
    await removeUnusedKeys(api, { repository, prefix: "slipway/dev: ", titles: wanted });
    expect(await titles()).toEqual(kept);
  });
});

describe("a CI variable", () => {
  const wanted = () => ({ repository, name: "URL", value: "a" });
  const set = (value: string) =>
    lab.call("POST", `/repos/acme/${repository}/actions/variables`, { name: "URL", value });
  const status = async () =>
    (await lab.call("GET", `/repos/acme/${repository}/actions/variables/URL`)).status;

  test("that has the value already is removed; that there is none is no error", async () => {
    await removeSameVariable(api, wanted());
    await set("a");
    await removeSameVariable(api, wanted());
    expect(await status()).toBe(404);
  });

  test("that has another value stays, and the error says what to do and not the value", async () => {
    await set("something else");
    const refusal = expect(removeSameVariable(api, wanted())).rejects;
    await refusal.toThrow(
      /^the CI variable URL of app-\d+ exists already, with another value.*remove it on the host/,
    );
    await expect(removeSameVariable(api, wanted())).rejects.not.toThrow(/something else/);
    expect(await status()).toBe(200);
  });
});

describe("a webhook", () => {
  const path = () => `/repos/acme/${repository}/hooks`;
  const create = (url: string) =>
    lab.call("POST", path(), { config: { url, content_type: "json" }, events: ["push"], active: false });

  test("to the same address is removed, so that it can be made, and no other", async () => {
    const [ours, theirs] = ["https://flux.example/hook/1", "https://flux.example/hook/2"];
    await removeSameWebhook(api, repository, ours);
    await create(ours);
    await create(theirs);
    expect((await create(ours)).status).toBe(422);
    await removeSameWebhook(api, repository, ours);
    const { body } = await lab.call("GET", path());
    expect((body as { config: { url: string } }[]).map(({ config }) => config.url)).toEqual([theirs]);
    expect((await create(ours)).status).toBe(201);
  });
});

describe("a ruleset", () => {
  test("of the name is removed, each of them, and no other; that there is none is no error", async () => {
    await removeSameRuleset(api, repository, "slipway-history");
    for (const name of ["slipway-history", "theirs", "slipway-history"]) {
      const ruleset = { name, enforcement: "active", rules: [{ type: "deletion" }] };
      const { status } = await lab.call("POST", `/repos/acme/${repository}/rulesets`, ruleset);
      expect(status).toBe(201);
    }
    await removeSameRuleset(api, repository, "slipway-history");
    const { body } = await lab.call("GET", `/repos/acme/${repository}/rulesets`);
    expect((body as { name: string }[]).map(({ name }) => name)).toEqual(["theirs"]);
  });

  test("that a repeated request has made twice is there once, and is the one that the state has", async () => {
    const path = `/repos/acme/${repository}/rulesets`;
    const make = async (name: string) => {
      const rules = [{ type: "deletion" }];
      return ((await lab.call("POST", path, { name, enforcement: "active", rules })).body as { id: number })
        .id;
    };
    const [, known] = [await make("slipway-changes"), await make("slipway-changes"), await make("theirs")];
    const newInputs = { repository, name: "slipway-changes" };
    await after(hooks().ruleset("protection-changes"), newInputs, String(known));
    const { body } = await lab.call("GET", path);
    expect((body as { id: number }[]).map(({ id }) => id)).toHaveLength(2);
    expect((body as { id: number }[]).map(({ id }) => id)).toContain(known);
  });
});

describe("a repository", () => {
  test("that is there is not made, and one that is not may be", async () => {
    await expect(refuseExisting(api, repository)).rejects.toThrow(/pulumi destroy --refresh/);
    await refuseExisting(api, "another");
  });

  test("is empty until something is pushed", async () => {
    expect(await isEmptyRepository(api, repository)).toBe(true);
    await lab.call("POST", "/orgs/acme/repos", { name: `${repository}-full`, auto_init: true });
    expect(await isEmptyRepository(api, `${repository}-full`)).toBe(false);
  });

  test("is found with its topics and with all of its variables", async () => {
    for (let number = 0; number < 31; number += 1) {
      const variable = { name: `V${number}`, value: "v" };
      await lab.call("POST", `/repos/acme/${repository}/actions/variables`, variable);
    }
    await setTopics(api, repository, ["slipway-stack-dev"]);
    const found = await findGitHubRepository(api, repository);
    expect(found).toMatchObject({ name: repository, topics: ["slipway-stack-dev"], archived: false });
    expect(found?.variables).toHaveLength(31);
    expect(await findGitHubRepository(api, "another")).toBeUndefined();
  });

  test("that the host does not show is an error with its reason, and without the token", async () => {
    const wrong = { ...api, token: "ghp_wrong" };
    const asked = expect(findGitHubRepository(wrong, repository)).rejects;
    await asked.toThrow(/ answers 401 .* to GET repos\/acme\//);
    await expect(findGitHubRepository(wrong, repository)).rejects.not.toThrow(/ghp_wrong/);
  });
});

const hooks = () =>
  new GitHubHooks({ owner: "acme", baseUrl: lab.host.url, token: pulumi.secret(lab.host.token) });

describe("right before something is made", () => {
  test("a host that cannot now is asked again", async () => {
    const key = await publicKey();
    await register("ours", key);
    const answer = gitHubFaults.unavailable(503);
    lab.host.faults.add({ method: "GET", path: "/keys", does: { kind: "answer", answer } });
    await before(hooks().deployKey("key", false), { repository, title: "ours", key });
    expect(await titles()).toEqual([]);
  });

  test("nobody looks in a repository that this run makes", async () => {
    const run = hooks();
    await lab.call("DELETE", `/repos/acme/${repository}`);
    await before(run.repository(), { name: repository });
    await lab.call("POST", "/orgs/acme/repos", { name: repository });
    const key = await publicKey();
    await register("ours", key);
    await before(run.deployKey("key", false), { repository, title: "ours", key });
    expect(await titles()).toEqual(["ours"]);
  });
});

describe("right after a webhook is made", () => {
  test("what a lost state's one belongs to goes with it, but where the repository is new", async () => {
    const path = `/repos/acme/${repository}/hooks`;
    const lost = "https://flux.example/hook/lost";
    await lab.call("POST", path, { config: { url: lost, content_type: "json" }, events: ["push"] });
    const lostHook = (run: GitHubHooks) => run.webhook("hook", async (removeWebhook) => removeWebhook(lost));
    const run = hooks();
    const other = `${repository}-new`;
    await before(run.repository(), { name: other });
    let asked = false;
    const ask = run.webhook("other", () => {
      asked = true;
      return Promise.resolve();
    });
    await after(ask, { repository: other });
    expect(asked).toBe(false);
    await after(lostHook(run), { repository });
    expect((await lab.call("GET", path)).body).toEqual([]);
  });
});

describe("what may be tried again, after an answer that did not arrive", () => {
  const failure = (type: string, newInputs: Record<string, unknown>) => ({
    urn: "urn:pulumi:dev::slipway::it::it",
    type: `github:index/x:${type}`,
    failedOperation: "create" as const,
    errors: [],
    newInputs,
  });
  const topics = ["slipway", "slipway-stack-dev"];
  const made = (name: string) => hooks().mayRetry(failure("Repository", { name, topics }), "away");
  const topicsOf = async (name: string) => (await findGitHubRepository(api, name))?.topics;

  test("a variable, which goes before; what no request can have made is not", async () => {
    const path = `/repos/acme/${repository}/actions/variables`;
    await lab.call("POST", path, { name: "URL", value: "a-value-of-ours" });
    const inputs = { repository, variableName: "URL", value: pulumi.secret("a-value-of-ours") };
    expect(await hooks().mayRetry(failure("ActionsVariable", inputs), "taken")).toBe(true);
    expect((await lab.call("GET", `${path}/URL`)).status).toBe(404);
    expect(await hooks().mayRetry(failure("Resource", {}), "away")).toBe(true);
    expect(await hooks().mayRetry(failure("Resource", {}), "taken")).toBe(false);
  });

  test("a repository that is not there; one that is gets its topics, by which the next run knows it", async () => {
    expect(await made("another")).toBe(true);
    await expect(made(repository)).rejects.toThrow(
      /the repository acme\/app-\d+ is there.*run `pulumi up` again/,
    );
    expect(await topicsOf(repository)).toEqual(topics);
  });

  test("one that has topics, or was pushed to, is somebody else's, and is left as it is", async () => {
    await setTopics(api, repository, ["theirs"]);
    await lab.call("POST", "/orgs/acme/repos", { name: `${repository}-full`, auto_init: true });
    for (const name of [repository, `${repository}-full`])
      await expect(made(name)).rejects.toThrow("is there");
    expect(await topicsOf(repository)).toEqual(["theirs"]);
    expect(await topicsOf(`${repository}-full`)).toEqual([]);
  });
});
