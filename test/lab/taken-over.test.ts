/** Repositories that are there before the state knows them: a stack's own come back, others are never seized. One lab, in this order. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, startLab, type TestLab } from "./commands.ts";
import { DevStack, repositories } from "./dev-stack.ts";

let lab: TestLab;
/** The dev stack, but for repositories that outlive it. */
let stack: DevStack;
let configFile: string;

beforeAll(async () => {
  lab = await startLab();
  const text = await readFile(join(lab.lab.paths.checkout, "Pulumi.dev.yaml"), "utf8");
  configFile = await configured("kept", text.replaceAll("onDestroy: delete", "onDestroy: keep"));
  stack = new DevStack(lab, { configFile });
});

afterAll(async () => {
  await lab.end();
});

/** A configuration of the dev stack's own, in a file. */
async function configured(name: string, text: string): Promise<string> {
  const path = join(lab.scratch, `Pulumi.${name}.yaml`);
  await writeFile(path, text);
  return path;
}

/** The public half of a key that is nobody's. */
async function publicKey(name = "somebody"): Promise<string> {
  const file = join(lab.scratch, name);
  await run(lab.env, "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
  return (await readFile(`${file}.pub`, "utf8")).trim();
}

const allCommits = () => Promise.all(repositories.map((name) => stack.commitsOf(name)));
const allKeys = async () => (await Promise.all(repositories.map((name) => stack.keysOf(name)))).flat();
/** Identities of what Flux has delivered, and of its pods. */
const workloads = () =>
  lab.kubectl(
    ...["get", "deployments,replicasets,pods", "--namespace", "spring-app-namespace"],
    ...["--output", "jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid}{'\\n'}{end}"],
  );

/** Names in flux-system. */
async function names(kind: string): Promise<string[]> {
  const text = await lab.kubectl(
    ...["get", kind, "--namespace", "flux-system", "--output", "jsonpath={.items[*].metadata.name}"],
  );
  return text.trim().split(" ");
}
const sourceSecret = async () =>
  (await lab.object("gitrepository", "flux-cd", "flux-system"))?.spec?.secretRef?.name ?? "";
const receivers = () => names("receivers");
const webhooks = async () =>
  (await stack.api<{ config: { url: string } }[]>("/repos/acme/flux-cd/hooks")).map(
    ({ config }) => config.url,
  );

const variables = "/repos/acme/spring-app/actions/variables";

describe("somebody else's", () => {
  let head: string | undefined;

  beforeAll(async () => {
    await stack.api("/orgs/acme/repos", "POST", { name: "helm", private: true, auto_init: true });
    [head] = await stack.commitsOf("helm");
  });

  const resources = async () => {
    const { stdout } = await stack.pulumi(["stack", "export"]);
    return (
      (JSON.parse(stdout) as { deployment: { resources?: { type: string }[] } }).deployment.resources ?? []
    );
  };

  test.each([
    ["Slipway did not make it", ["helm"]],
    ['it belongs to another stack ("slipway-stack-other")', ["helm", "slipway-stack-other"]],
  ])("%s: it is refused, and nothing is touched", async (reason, topics) => {
    await stack.api("/repos/acme/helm/topics", "PUT", { names: topics });
    const ended = await stack.up();
    expect(ended.code).not.toBe(0);
    expect(ended.all).toContain(`slipway:repositories.helm: exists already, and ${reason}`);
    expect(ended.all).toContain("choose another name, or set `adopt: true`");
    expect((await stack.api<{ topics: string[] }>("/repos/acme/helm")).topics).toEqual(topics);
    expect(await stack.commitsOf("helm")).toEqual([head]);
    expect(await stack.keysOf("helm")).toEqual([]);
    expect((await stack.api<{ name: string }[]>("/orgs/acme/repos")).map(({ name }) => name)).toEqual([
      "helm",
    ]);
    expect((await resources()).filter(({ type }) => !type.startsWith("pulumi:"))).toEqual([]);
  });

  test("with `adopt: true` it is taken over with its content, and gets the configuration's settings from the next up", async () => {
    const text = (await readFile(configFile, "utf8")).replace(
      "role: charts",
      "role: charts\n      adopt: true",
    );
    const adopting = new DevStack(lab, { configFile: await configured("adopting", text) });
    const first = await adopting.up();
    expect(first.code, first.all).toBe(0);
    expect(await stack.commitsOf("helm")).toEqual([head]);
    const second = await adopting.up();
    expect(second.code, second.all).toBe(0);
    expect(await stack.commitsOf("helm")).toEqual([head]);
    await adopting.expectWhole();
  });
});

describe("its own", () => {
  test("repositories that destroy has kept are taken back with all their commits", async () => {
    await stack.commitTo("spring-app", "A commit of the team's");
    await stack.commitTo("flux-cd", "Another one");
    const before = await allCommits();
    await stack.destroy();
    expect(await allKeys()).toEqual([]);
    expect((await stack.api<{ total_count: number }>(variables)).total_count).toBe(0);
    expect(await allCommits()).toEqual(before);

    const ended = await stack.up();
    expect(ended.code, ended.all).toBe(0);
    await stack.expectNothingTwice();
    expect(await allCommits()).toEqual(before);
  });

  test("a stack whose state is lost takes everything back with one command", async () => {
    const commits = await allCommits();
    const lostKeys = await allKeys();
    const running = await workloads();
    const [lostReceiver = ""] = await receivers();
    const lostSecret = await sourceSecret();
    const lostWebhooks = await webhooks();
    expect(lostWebhooks).toHaveLength(1);
    // Of somebody else: a key, and more variables than the host gives at once.
    const theirs = { title: "somebody else's", key: await publicKey(), read_only: true };
    await stack.api("/repos/acme/flux-cd/keys", "POST", theirs);
    // Of this stack, for an environment that has left the configuration since.
    const unused = {
      title: "slipway/dev: Flux of qa reads flux-cd",
      key: await publicKey("qa"),
      read_only: true,
    };
    await stack.api("/repos/acme/flux-cd/keys", "POST", unused);
    for (let number = 0; number < 30; number += 1) {
      await stack.api(variables, "POST", { name: `A_${number}`, value: "theirs" });
    }
    const states = join(lab.lab.paths.pulumiState, ".pulumi", "stacks", "slipway");
    for (const name of ["dev.json", "dev.json.bak"]) await rm(join(states, name));
    expect((await stack.pulumi(["stack", "init", "--no-select"])).code).toBe(0);

    const env = { ...lab.env, PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" };
    const ended = await new DevStack(lab, { configFile, env }).up();
    expect(ended.code, ended.all).toBe(0);
    expect(await allCommits()).toEqual(commits);
    expect(running).toContain("Deployment/spring-app ");
    expect(await workloads()).toBe(running);
    expect((await stack.api<{ total_count: number }>(`${variables}?per_page=1`)).total_count).toBe(36);
    const keys = await allKeys();
    expect(keys.map(({ title }) => title).sort()).toEqual(
      [...lostKeys.map(({ title }) => title), theirs.title].sort(),
    );
    const materials = keys.map(({ key }) => key);
    for (const { key } of [...lostKeys, unused]) expect(materials).not.toContain(key);

    // The Receiver of before had a name and an address of its own.
    expect(await receivers()).toHaveLength(1);
    expect(await receivers()).not.toContain(lostReceiver);
    expect(await names("secrets")).not.toContain(lostReceiver);
    expect(await webhooks()).toHaveLength(1);
    expect(await webhooks()).not.toEqual(lostWebhooks);
    // So has the Secret with a source's key.
    expect(await sourceSecret()).not.toBe(lostSecret);
    expect(await names("secrets")).not.toContain(lostSecret);

    for (const { id } of keys.filter(({ title }) => title === theirs.title)) {
      await stack.api(`/repos/acme/flux-cd/keys/${id}`, "DELETE");
    }
    for (let number = 0; number < 30; number += 1) await stack.api(`${variables}/A_${number}`, "DELETE");
    await stack.expectWholeBut(/kubernetes cluster updated [^\n]*-upsertExistingObjects/);
  });
});
