/** Repositories that another stack owns: this one adds keys to them, and has nothing else to do with them. */
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import { DeployKey } from "../../components/git/keys/deploy-key.ts";
import type { GitHost } from "../../components/git/git-host.ts";
import { GitHubHost } from "../../components/git/github.ts";
import { GitLabHost } from "../../components/git/gitlab.ts";
import { referencedRepository } from "../../components/git/reference.ts";
import { only, record, settled, valueOf } from "./mocks.ts";
import { build } from "./platform-fixture.ts";

// The first use of an SDK loads it.
vi.setConfig({ testTimeout: 60_000 });

const changes = [
  [["repositories", "helm"], { role: "charts", reference: true }],
  [["repositories", "flux-cd"], { role: "fluxcd", reference: true, defaultBranch: "trunk" }],
] as const;

describe("a stack that refers to charts and manifests", () => {
  test("makes its own repository, and has no resource for the others", async () => {
    const { registered } = await build("dev", changes);
    const made = registered.filter(({ type }) => type === "github:index/repository:Repository");
    expect(made.map(({ inputs }) => inputs["name"])).toEqual(["spring-app"]);
    const commits = registered.filter(({ name }) => name.endsWith("-first-commit"));
    expect(commits.map(({ name }) => name)).toEqual(["spring-app-first-commit"]);
  });

  test("adds the keys of its environment and its CI to them", async () => {
    const { registered } = await build("dev", changes);
    const keys = registered.filter(({ type }) => type.endsWith(":RepositoryDeployKey"));
    expect(keys.map(({ inputs }) => [inputs["repository"], inputs["readOnly"]]).sort()).toEqual([
      ["flux-cd", false],
      ["flux-cd", true],
      ["helm", true],
    ]);
  });

  test("follows the branch that the configuration says, at the address that was found", async () => {
    const { registered } = await build("dev", changes);
    expect(only(registered, "dev-flux-cd-repository").inputs["spec"]).toMatchObject({
      url: "ssh://git@127.0.0.1/acme/flux-cd.git",
      ref: { branch: "trunk" },
    });
    expect(only(registered, "spring-app-delivery-FLUXCD_URL").inputs["value"]).toBe(
      "ssh://git@127.0.0.1/acme/flux-cd.git",
    );
  });

  test("says where they were, and does not count them among its own", async () => {
    const { platform } = await build("dev", changes);
    expect(Object.keys(platform.outputs.repositories)).toEqual(["spring-app"]);
    expect(Object.keys(platform.outputs.references)).toEqual(["helm", "flux-cd"]);
    expect(platform.outputs.references["helm"]?.webUrl).toBe("https://127.0.0.1:8443/acme/helm");
  });
});

const hosts: readonly (readonly [string, () => GitHost, object])[] = [
  [
    "github",
    () =>
      new GitHubHost(
        "host",
        { owner: "acme", baseUrl: "https://git.example/", knownHosts: "x", writeDelaySeconds: 0 },
        {},
      ),
    { repository: "manifests", readOnly: true },
  ],
  [
    "gitlab",
    () =>
      new GitLabHost(
        "host",
        {
          owner: "acme",
          namespaceId: 7,
          baseUrl: "https://git.example/",
          token: pulumi.secret("x"),
          knownHosts: "x",
        },
        {},
      ),
    { project: "42", canPush: false },
  ],
];

test.each(hosts)("%s: a key is added by what the host knows the repository by", async (_, make, inputs) => {
  const registered = await record({
    "tls:index/privateKey:PrivateKey": () => ({
      privateKeyOpenssh: "PRIVATE",
      publicKeyOpenssh: "ssh-ed25519 AAAA\n",
      publicKeyFingerprintSha256: "SHA256:x",
    }),
  });
  const repository = referencedRepository("manifests", {
    id: "42",
    name: "manifests",
    webUrl: "https://git.example/acme/manifests",
    httpUrl: "https://git.example/acme/manifests.git",
    sshUrl: "git@git.example:acme/manifests.git",
  });
  const key = new DeployKey("key", { host: make(), repository, title: "a title", write: false });
  expect(await valueOf(key.privateKey)).toBe("PRIVATE");
  await settled(registered);
  expect(only(registered, "key-registration").inputs).toMatchObject(inputs);
});
