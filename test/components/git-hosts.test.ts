/** What every Git host does for the platform, in its own resources: one contract, a row for each host. */
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Adoption } from "../../components/git/adoption.ts";
import { AppDelivery } from "../../components/git/ci.ts";
import { DeployKey } from "../../components/git/keys/deploy-key.ts";
import type { GitHost, SeededRepository, OnDestroy } from "../../components/git/git-host.ts";
import { GitHubHooks } from "../../components/git/github/hooks.ts";
import { GitLabHooks } from "../../components/git/gitlab/hooks.ts";
import { values } from "../unit/first-commit-fixture.ts";
import { unwrapped, watchGraph } from "./flux-graph.ts";
import { knownHosts, mockedHosts } from "./mocked-hosts.ts";
import { only, record, settled, valueOf, type Outputs, type Registered } from "./mocks.ts";

// The first use of an SDK loads it.
vi.setConfig({ testTimeout: 60_000 });

const privateKey = "-----BEGIN KEY-----\nsecret\n-----END KEY-----\n";

/** A host, and where its resources say what the contract is about. */
interface Row {
  readonly kind: string;
  readonly make: () => GitHost;
  readonly outputs: Outputs;
  readonly types: { readonly repository: string; readonly key: string };
  /** The id of a repository `shop` in the resources below it. */
  readonly id: unknown;
  readonly httpUrl: string;
  readonly sshUrl: string;
  readonly visibility: (inputs: Inputs) => unknown;
  readonly archives: (inputs: Inputs) => unknown;
  readonly writes: (inputs: Inputs) => unknown;
  readonly keyOf: (inputs: Inputs) => unknown;
  /** Names and values of what the CI gets in the clear, and of what is secret. */
  readonly variables: (registered: readonly Registered[]) => Record<string, unknown>;
  readonly secrets: (registered: readonly Registered[]) => Record<string, unknown>;
  /** The form of a secret with several lines. */
  readonly severalLines: (text: string) => string;
  /** Type and settings of a webhook for pushes to the branch main. */
  readonly webhook: {
    readonly type: string;
    readonly inputs: Inputs;
    /** The settings in the clear, out of what is secret because the token is in it. */
    readonly opened: (inputs: Inputs) => Inputs;
  };
  /** What the delivery of an app has beside its write key. */
  readonly reading: { readonly url: string; readonly keys: number; readonly secrets: readonly string[] };
}

type Inputs = Registered["inputs"];

const named = (registered: readonly Registered[], type: string) =>
  registered.filter((resource) => resource.type === type);

const pick = (resources: readonly Registered[], name: string, value: string) =>
  Object.fromEntries(resources.map(({ inputs }) => [String(inputs[name]), inputs[value]]));

const gitlabVariables = (registered: readonly Registered[], masked: boolean) =>
  named(registered, "gitlab:index/projectVariable:ProjectVariable").filter(
    ({ inputs }) => inputs["masked"] === masked,
  );

const rows: readonly Row[] = [
  {
    kind: "github",
    ...mockedHosts.github,
    types: {
      repository: "github:index/repository:Repository",
      key: "github:index/repositoryDeployKey:RepositoryDeployKey",
    },
    id: "R_shop",
    httpUrl: "https://git.example/acme/shop.git",
    sshUrl: "ssh://git@git.example/acme/shop.git",
    visibility: (inputs) => inputs["visibility"],
    archives: (inputs) => inputs["archiveOnDestroy"],
    writes: (inputs) => inputs["readOnly"] === false,
    keyOf: (inputs) => inputs["key"],
    variables: (registered) =>
      pick(named(registered, "github:index/actionsVariable:ActionsVariable"), "variableName", "value"),
    secrets: (registered) =>
      pick(named(registered, "github:index/actionsSecret:ActionsSecret"), "secretName", "plaintextValue"),
    severalLines: (text) => text,
    webhook: {
      type: "github:index/repositoryWebhook:RepositoryWebhook",
      inputs: {
        repository: "shop",
        events: ["push"],
        configuration: {
          url: "https://flux.example/hook/1",
          secret: "a-webhook-token",
          contentType: "json",
          insecureSsl: false,
        },
      },
      opened: ({ configuration, ...rest }) => ({ ...rest, configuration: unwrapped(configuration) }),
    },
    reading: { url: "ssh://git@git.example/acme/charts.git", keys: 1, secrets: ["CHARTS_DEPLOY_KEY"] },
  },
  {
    kind: "gitlab",
    ...mockedHosts.gitlab,
    types: { repository: "gitlab:index/project:Project", key: "gitlab:index/deployKey:DeployKey" },
    id: "shop-id",
    httpUrl: "https://git.example/acme/shop.git",
    sshUrl: "ssh://git@git.example/acme/shop.git",
    visibility: (inputs) => inputs["visibilityLevel"],
    archives: (inputs) => inputs["archiveOnDestroy"],
    writes: (inputs) => inputs["canPush"],
    keyOf: (inputs) => inputs["key"],
    variables: (registered) => pick(gitlabVariables(registered, false), "key", "value"),
    secrets: (registered) => pick(gitlabVariables(registered, true), "key", "value"),
    severalLines: (text) => Buffer.from(text).toString("base64"),
    webhook: {
      type: "gitlab:index/projectHook:ProjectHook",
      inputs: {
        project: "shop-id",
        url: "https://flux.example/hook/1",
        name: "a title",
        pushEvents: true,
        pushEventsBranchFilter: "main",
        tagPushEvents: false,
        enableSslVerification: true,
        token: "a-webhook-token",
      },
      opened: ({ token, ...rest }) => ({ ...rest, token: unwrapped(token) }),
    },
    reading: { url: "https://git.example/acme/charts.git", keys: 0, secrets: [] },
  },
];

describe.each(rows)("$kind", (row) => {
  let registered: Registered[];
  let host: GitHost;

  beforeEach(async () => {
    registered = await record({
      ...row.outputs,
      "pulumi:index:Stash": (_, { input }) => ({ output: input }),
      "tls:index/privateKey:PrivateKey": (name) => ({
        privateKeyOpenssh: privateKey,
        publicKeyOpenssh: `ssh-ed25519 ${name}\n`,
        publicKeyFingerprintSha256: `SHA256:${name}`,
      }),
    });
    host = row.make();
  });

  const repository = (name: string, onDestroy: OnDestroy = "keep", adoption?: Adoption): SeededRepository =>
    host.repository(
      name,
      {
        repository: name,
        topics: ["slipway"],
        visibility: "private",
        defaultBranch: "main",
        onDestroy,
        ...(adoption && { adoption }),
        seed: { role: "app", values },
      },
      {},
    );

  test("says which it is, and whose keys it has", () => {
    expect(host).toMatchObject({ kind: row.kind, knownHosts });
  });

  test("keeps its token secret, and takes none from the environment", async () => {
    await settled(registered);
    expect(only(registered, "host").type).toBe(`pulumi:providers:${row.kind}`);
    expect(unwrapped(only(registered, "host").inputs["token"])).toBe("a-token");
  });

  test("makes a repository with the explicit provider, its topics, and no content but the seed", async () => {
    const made = repository("shop");
    expect(await valueOf(made.seeded)).toBe(true);
    const { type, inputs, provider } = only(registered, "shop");
    expect([type, provider]).toEqual([row.types.repository, "host"]);
    expect(inputs).toMatchObject({ name: "shop", topics: ["slipway"] });
    expect(row.visibility(inputs)).toBe("private");
    expect(row.archives(inputs)).toBe(false);
    expect(only(registered, "shop-first-commit").inputs["input"]).toEqual({
      repositoryId: row.id,
      branch: "main",
      role: "app",
      values,
    });
    expect(JSON.stringify(only(registered, "shop-first-commit"))).not.toContain("a-token");
  });

  test("gives its addresses with the first commit", async () => {
    const made = repository("shop");
    expect(await valueOf(made.name)).toBe("shop");
    expect(await valueOf(made.webUrl)).toBe("https://git.example/acme/shop");
    expect(await valueOf(made.httpUrl)).toBe(row.httpUrl);
    expect(await valueOf(made.sshUrl)).toBe(row.sshUrl);
  });

  test("archives where that is asked for", async () => {
    await valueOf(repository("shop", "archive").name);
    expect(row.archives(only(registered, "shop").inputs)).toBe(true);
  });

  test.each([true, false])("registers a key that may write: %s", async (write) => {
    const key = new DeployKey("key", { host, repository: repository("shop"), title: "a title", write });
    expect(await valueOf(key.privateKey)).toBe(privateKey);
    expect(await pulumi.isSecret(key.privateKey)).toBe(true);
    const { type, inputs, provider } = only(registered, "key-registration");
    expect([type, provider]).toEqual([row.types.key, "host"]);
    expect(row.writes(inputs)).toBe(write);
    expect(row.keyOf(inputs)).toBe("ssh-ed25519 key-pair");
  });

  test("removes the keys of a lost state from a repository that it takes back, and from no other", async () => {
    const graph = watchGraph();
    const told = [GitHubHooks, GitLabHooks].map(({ prototype }) => vi.spyOn(prototype, "takenBack"));
    const found = { id: "7", differing: [], variables: [] };
    for (const [name, adoption] of [["found", found] as const, ["made", undefined] as const]) {
      const wanted = { repository: repository(name, "keep", adoption), title: "a title", write: false };
      new DeployKey(`${name}-key`, { host, ...wanted });
    }
    await settled(registered);
    // By the time that the hook runs, it knows which keys are wanted.
    const wanted = told.flatMap(({ mock }) =>
      mock.calls.map(([, { prefix, titles }]) => [prefix, ...titles]),
    );
    for (const spy of told) spy.mockRestore();
    expect(wanted).toEqual([["slipway/test: ", "a title"]]);
    const hooks = (name: string) => graph.registrations.get(name)?.afterCreate;
    expect(hooks("found-first-commit")).toEqual(["found-unused-keys"]);
    expect(hooks("found-key-registration")).toEqual(["found-key-registration-lost-keys"]);
    expect(hooks("made-first-commit")).toEqual([]);
    expect(hooks("made-key-registration")).toEqual([]);
  });

  test("tells of pushes with a secret token, and checks whom it tells", async () => {
    const graph = watchGraph();
    const token = pulumi.secret("a-webhook-token");
    const args = { url: "https://flux.example/hook/1", token, title: "a title", tags: false };
    host.webhook("hook", { ...args, repository: repository("shop"), branches: ["main"] }, {});
    await settled(registered);
    const { type, inputs, provider } = only(registered, "hook");
    expect([type, provider]).toEqual([row.webhook.type, "host"]);
    expect(row.webhook.opened(inputs)).toEqual(row.webhook.inputs);
    // One that a killed run has left goes first.
    expect(graph.registrations.get("hook")?.beforeCreate).toHaveLength(1);
    expect(graph.registrations.get("hook")?.onFailure).toHaveLength(1);
  });

  describe("the delivery of an app", () => {
    beforeEach(async () => {
      new AppDelivery("shop-delivery", {
        host,
        app: repository("shop"),
        charts: repository("charts"),
        fluxcd: repository("fluxcd"),
        imageRepository: "registry.example/acme",
        imageName: "shop",
        variables: [{ key: "REGISTRY_USER", value: "ci" }],
        secrets: [{ key: "REGISTRY_PASSWORD", value: pulumi.secret("a-password") }],
      });
      await settled(registered);
    });

    test("tells CI where everything is", () => {
      expect(row.variables(registered)).toEqual({
        IMAGE_REPO: "registry.example/acme",
        IMAGE_NAME: "shop",
        CHARTS_URL: row.reading.url,
        FLUXCD_URL: "ssh://git@git.example/acme/fluxcd.git",
        GIT_KNOWN_HOSTS: knownHosts,
        REGISTRY_USER: "ci",
      });
    });

    test("gives CI one key that writes the manifests, and beside it only what reads the charts", () => {
      const keys = named(registered, row.types.key);
      expect(keys).toHaveLength(1 + row.reading.keys);
      expect(keys.filter(({ inputs }) => row.writes(inputs))).toHaveLength(1);
    });

    test("hands its secrets over as secrets, several lines in a form that is masked", () => {
      const secrets = row.secrets(registered);
      expect(Object.keys(secrets).sort()).toEqual(
        [...row.reading.secrets, "FLUXCD_DEPLOY_KEY", "REGISTRY_PASSWORD"].sort(),
      );
      expect(unwrapped(secrets["REGISTRY_PASSWORD"])).toBe("a-password");
      expect(unwrapped(secrets["FLUXCD_DEPLOY_KEY"])).toBe(row.severalLines(privateKey));
    });
  });
});

describe("GitLab's own", () => {
  const gitlab = rows.find(({ kind }) => kind === "gitlab");
  let registered: Registered[];
  let host: GitHost;

  beforeEach(async () => {
    registered = await record({
      ...gitlab?.outputs,
      "pulumi:index:Stash": (_, { input }) => ({ output: input }),
    });
    host = (gitlab as Row).make();
  });

  const project = (name: string) =>
    host.repository(
      name,
      {
        repository: name,
        topics: [],
        visibility: "private",
        defaultBranch: "main",
        onDestroy: "keep",
        seed: { role: "app", values },
      },
      {},
    );

  test("projects are in the group that its number names, and the API is asked where it is", async () => {
    await valueOf(project("shop").name);
    expect(only(registered, "shop").inputs).toMatchObject({ path: "shop", namespaceId: 7 });
    expect(only(registered, "host").inputs["baseUrl"]).toBe("https://git.example/api/v4/");
  });

  test("charts let the app's jobs in, and nobody else's", async () => {
    const [reader, source] = [project("1"), project("charts")];
    await valueOf(host.ciReading("reading", { reader, source, title: "" }, {}).url);
    const { type, inputs } = only(registered, "reading-job-token");
    expect(type).toBe("gitlab:index/projectJobTokenScope:ProjectJobTokenScope");
    expect(inputs["project"]).toBe("charts-id");
    expect(Object.keys(inputs).sort()).toEqual(["project", "targetProjectId"]);
  });

  test.each([
    [["main", "main"], false, { pushEvents: true, pushEventsBranchFilter: "main", tagPushEvents: false }],
    [["main", "qa"], true, { pushEvents: true, tagPushEvents: true }],
    [[], true, { pushEvents: false, tagPushEvents: true }],
  ])("a webhook for the branches %j, and tags: %s", async (branches, tags, wanted) => {
    const args = { url: "https://flux.example/hook/1", token: "t", title: "a title" };
    host.webhook("hook", { ...args, repository: project("shop"), branches, tags }, {});
    await settled(registered);
    const { inputs } = only(registered, "hook");
    expect(inputs).toMatchObject(wanted);
    expect("pushEventsBranchFilter" in inputs).toBe("pushEventsBranchFilter" in wanted);
  });

  test("secrets are for protected branches only, and a dollar in a value is a dollar", async () => {
    host.secret("s", { repository: project("shop"), key: "S", value: "pa$$word" }, {});
    host.variable("v", { repository: project("shop2"), key: "V", value: "$X" }, {});
    await settled(registered);
    expect(only(registered, "s").inputs).toMatchObject({ masked: true, protected: true, raw: true });
    expect(only(registered, "v").inputs).toMatchObject({ masked: false, protected: false, raw: true });
  });
});
