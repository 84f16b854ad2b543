import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import { AppDelivery } from "../../components/git/ci.ts";
import { DeployKey } from "../../components/git/keys/deploy-key.ts";
import type { SeededRepository } from "../../components/git/git-host.ts";
import { GitHubHost } from "../../components/git/github.ts";
import { values } from "../unit/first-commit-fixture.ts";
import { only, record, settled, valueOf, type Registered } from "./mocks.ts";

let registered: Registered[];
let host: GitHubHost;

beforeEach(async () => {
  registered = await record({
    "github:index/repository:Repository": (_, { name }) => ({
      nodeId: `R_${String(name)}`,
      httpCloneUrl: `https://github.com/acme/${String(name)}.git`,
      sshCloneUrl: `git@github.com:acme/${String(name)}.git`,
      htmlUrl: `https://github.com/acme/${String(name)}`,
    }),
    "pulumi:index:Stash": (_, { input }) => ({ output: input }),
    "tls:index/privateKey:PrivateKey": (name) => ({
      privateKeyOpenssh: `private ${name}`,
      publicKeyOpenssh: `ssh-ed25519 ${name}\n`,
      publicKeyFingerprintSha256: `SHA256:${name}`,
    }),
  });
  const token = pulumi.secret("a-token");
  host = new GitHubHost(
    "github",
    {
      owner: "acme",
      baseUrl: "https://api.github.com/",
      token,
      knownHosts: "github.com ssh-ed25519 AAAA\n",
      writeDelaySeconds: 1,
    },
    {},
  );
});

function repository(name: string, onDestroy: "keep" | "archive" | "delete" = "keep"): SeededRepository {
  const seed = { role: "app", values } as const;
  const settings = {
    topics: ["slipway"],
    visibility: "private",
    defaultBranch: "main",
    onDestroy,
    seed,
  } as const;
  return host.repository(name, { repository: name, ...settings }, {});
}

describe("GitHub", () => {
  test("a repository is empty when it is made, private, and gets its first commit from the seed of its role", async () => {
    const { sshUrl, seeded } = repository("shop");
    expect(await valueOf(seeded)).toBe(true);
    expect(await valueOf(sshUrl)).toBe("ssh://git@github.com/acme/shop.git");
    const made = only(registered, "shop");
    expect(made.inputs).toMatchObject({
      name: "shop",
      visibility: "private",
      topics: ["slipway"],
      archiveOnDestroy: false,
    });
    expect(made.inputs).not.toHaveProperty("autoInit");
    expect(made.provider).toBe("github");
    expect(only(registered, "shop-first-commit").inputs["input"]).toEqual({
      repositoryId: "R_shop",
      branch: "main",
      role: "app",
      values,
    });
  });

  test("archiving is asked of the host", async () => {
    await valueOf(repository("shop", "archive").name);
    expect(only(registered, "shop").inputs).toMatchObject({ archiveOnDestroy: true });
  });

  test("the token is a secret of the provider, though the SDK would take it from the environment in the clear", async () => {
    await settled(registered);
    const { inputs } = only(registered, "github");
    expect(inputs["token"]).toMatchObject({ value: "a-token" });
  });

  test("the first commit's inputs hold no token", async () => {
    await valueOf(repository("shop").seeded);
    expect(JSON.stringify(only(registered, "shop-first-commit"))).not.toContain("a-token");
  });
});

describe("a deploy key", () => {
  test.each([
    [false, true],
    [true, false],
  ])("that may write: %s is registered with readOnly: %s", async (write, readOnly) => {
    const key = new DeployKey("key", { host, repository: repository("shop"), title: "a title", write });
    expect(await valueOf(key.privateKey)).toBe("private key-pair");
    expect(await pulumi.isSecret(key.privateKey)).toBe(true);
    expect(only(registered, "key-pair").inputs).toEqual({ algorithm: "ED25519" });
    expect(only(registered, "key-registration").inputs).toMatchObject({
      repository: "shop",
      title: "a title",
      key: "ssh-ed25519 key-pair",
      readOnly,
    });
  });
});

describe("the delivery of an app", () => {
  test("gives its CI a key that reads the charts, one that writes the manifests, and nothing else", async () => {
    const delivery = new AppDelivery("shop-delivery", {
      host,
      app: repository("shop"),
      charts: repository("charts"),
      fluxcd: repository("fluxcd"),
      imageRepository: "ghcr.io/acme",
      imageName: "shop",
      variables: [{ key: "REGISTRY_USER", value: "ci" }],
      secrets: [{ key: "REGISTRY_PASSWORD", value: pulumi.secret("pw") }],
    });
    await settled(registered);

    const keys = registered.filter(
      ({ type }) => type === "github:index/repositoryDeployKey:RepositoryDeployKey",
    );
    expect(keys.map(({ inputs }) => [inputs["repository"], inputs["readOnly"]]).sort()).toEqual([
      ["charts", true],
      ["fluxcd", false],
    ]);
    const variables = registered.filter(
      ({ type }) => type === "github:index/actionsVariable:ActionsVariable",
    );
    expect(
      Object.fromEntries(variables.map(({ inputs }) => [inputs["variableName"], inputs["value"]])),
    ).toEqual({
      IMAGE_REPO: "ghcr.io/acme",
      IMAGE_NAME: "shop",
      CHARTS_URL: "ssh://git@github.com/acme/charts.git",
      FLUXCD_URL: "ssh://git@github.com/acme/fluxcd.git",
      GIT_KNOWN_HOSTS: "github.com ssh-ed25519 AAAA\n",
      REGISTRY_USER: "ci",
    });
    const secrets = registered.filter(({ type }) => type === "github:index/actionsSecret:ActionsSecret");
    expect(secrets.map(({ inputs }) => inputs["secretName"]).sort()).toEqual([
      "CHARTS_DEPLOY_KEY",
      "FLUXCD_DEPLOY_KEY",
      "REGISTRY_PASSWORD",
    ]);
    for (const { inputs } of secrets) expect(inputs["plaintextValue"]).toHaveProperty("value");
    expect(delivery.secrets).toContain("REGISTRY_PASSWORD");
  });
});
