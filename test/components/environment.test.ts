import { describe, expect, test, vi } from "vitest";
import { only } from "./mocks.ts";
import { build, waitsFor, type Built, type Changes } from "./platform-fixture.ts";

// The first use of the Kubernetes SDK loads it.
vi.setConfig({ testTimeout: 60_000 });

const dev = ["environments", "dev"];
const publicSource = { url: "https://git.example/someone/base.git", branch: "stable" };

const spec = ({ registered }: Built, name: string) => only(registered, name).inputs["spec"];
const names = ({ registered }: Built) => registered.map(({ name }) => name);
const sync = (options: object): Changes => [
  [[...dev, "syncs", "spring-app"], { path: "apps/spring-app", ...options }],
];

describe("a source", () => {
  test("of the stack's own is read by SSH, with a read-only key and the host's pinned keys", async () => {
    const built = await build("dev");
    expect(spec(built, "dev-flux-cd-repository")).toMatchObject({
      url: "ssh://git@127.0.0.1:2222/acme/flux-cd.git",
      ref: { branch: "main" },
      interval: "15s",
      timeout: "60s",
      secretRef: { name: expect.stringMatching(/^flux-cd-[0-9a-f]{10}$/) as string },
    });
    expect(only(built.registered, "dev-flux-cd-key-registration").inputs).toMatchObject({
      repository: "flux-cd",
      readOnly: true,
      title: "slipway/test: Flux of dev reads flux-cd",
    });
  });

  test("follows the default branch of its repository, unless it says what else", async () => {
    const branch: Changes = [[["repositories", "flux-cd", "defaultBranch"], "trunk"]];
    const tag: Changes = [[[...dev, "sources", "flux-cd", "tag"], "v1"]];
    const ref = async (changes: Changes) =>
      (spec(await build("dev", changes), "dev-flux-cd-repository") as { ref: unknown }).ref;
    expect(await ref(branch)).toEqual({ branch: "trunk" });
    expect(await ref([...branch, ...tag])).toEqual({ tag: "v1" });
  });

  test("that is public has no key and no Secret", async () => {
    const built = await build("dev", [[[...dev, "sources"], { base: publicSource }]]);
    expect(spec(built, "dev-base-repository")).toEqual({
      url: publicSource.url,
      ref: { branch: "stable" },
      interval: "1m",
      timeout: "60s",
    });
    expect(names(built).filter((name) => /^dev-.*(key|credentials)/.test(name))).toEqual([]);
  });

  test("has a key of its own in each environment that reads it", async () => {
    const built = await build("dev", [
      [["environments", "qa"], { sources: { "flux-cd-qa": { repository: "flux-cd" } } }],
    ]);
    const keys = built.registered.filter(({ type }) => type.endsWith(":RepositoryDeployKey"));
    expect(keys.map(({ inputs }) => inputs["title"])).toContain("slipway/test: Flux of qa reads flux-cd-qa");
    expect(only(built.registered, "dev-flux-cd-key-registration").inputs["key"]).not.toBe(
      only(built.registered, "qa-flux-cd-qa-key-registration").inputs["key"],
    );
  });
});

describe("a sync", () => {
  test("goes into the environment's namespace, and waits for all that it applies", async () => {
    expect(spec(await build("dev"), "dev-spring-app-kustomization")).toEqual({
      sourceRef: { kind: "GitRepository", name: "flux-cd" },
      path: "./apps/spring-app",
      interval: "5m",
      retryInterval: "1m",
      timeout: "2m",
      prune: true,
      wait: true,
      deletionPolicy: "WaitForTermination",
      targetNamespace: "spring-app-namespace",
    });
  });

  test("has every option of the configuration", async () => {
    const options = {
      interval: "10m",
      retryInterval: "30s",
      prune: false,
      deletionPolicy: "Delete",
      serviceAccountName: "deployer",
      substitute: { REGION: "north" },
      decryptionSecretName: "sops",
    };
    expect(spec(await build("dev", sync(options)), "dev-spring-app-kustomization")).toMatchObject({
      interval: "10m",
      retryInterval: "30s",
      prune: false,
      deletionPolicy: "Delete",
      serviceAccountName: "deployer",
      postBuild: { substitute: { REGION: "north" } },
      decryption: { provider: "sops", secretRef: { name: "sops" } },
    });
  });

  test("waits for the objects that are named, instead of for all", async () => {
    const check = { apiVersion: "apps/v1", kind: "Deployment", name: "spring-app", namespace: "elsewhere" };
    const seen = spec(await build("dev", sync({ healthChecks: [check] })), "dev-spring-app-kustomization");
    expect(seen).toMatchObject({ wait: false, healthChecks: [check] });
  });

  test("that is suspended is not awaited", async () => {
    const { registered } = await build("dev", sync({ suspend: true }));
    const { inputs } = only(registered, "dev-spring-app-kustomization");
    expect(inputs["spec"]).toMatchObject({ suspend: true });
    expect(inputs["metadata"]).not.toHaveProperty(["annotations", "pulumi.com/waitFor"]);
  });

  test("comes after the namespace of its environment, wherever it goes", async () => {
    const built = await build("dev", sync({ targetNamespace: "elsewhere" }));
    expect(spec(built, "dev-spring-app-kustomization")).toMatchObject({ targetNamespace: "elsewhere" });
    expect(waitsFor(built, "dev-spring-app-kustomization")).toContain("dev-namespace-namespace");
  });

  test("comes after those that it depends on, in whichever order they are written, and goes before them", async () => {
    const built = await build("dev", [
      [
        [...dev, "syncs"],
        {
          app: { path: "app", dependsOn: ["database", "base"] },
          database: { path: "database", dependsOn: ["base"] },
          base: { path: "base" },
        },
      ],
    ]);
    expect(spec(built, "dev-app-kustomization")).toMatchObject({
      dependsOn: [{ name: "database" }, { name: "base" }],
    });
    expect(waitsFor(built, "dev-app-kustomization")).toContain("dev-database-kustomization");
    expect(waitsFor(built, "dev-database-kustomization")).toContain("dev-base-kustomization");
    expect(waitsFor(built, "dev-base-kustomization")).not.toContain("dev-app-kustomization");
    expect(names(built).filter((name) => name.endsWith("-kustomization"))).toHaveLength(3);
  });
});

test("everything waits for Flux's controllers, and takes no input from them: replacing one replaces no sync", async () => {
  const built = await build("dev");
  const controllers = names(built).filter((name) => name.startsWith("flux-deployment-"));
  expect(controllers).toHaveLength(4);
  for (const name of ["dev-spring-app-kustomization", "dev-flux-cd-repository", "dev-flux-cd-credentials"]) {
    expect([...waitsFor(built, name)]).toEqual(expect.arrayContaining(controllers));
  }
  const inputs = [...built.graph.registrations.values()].flatMap(({ inputSources }) =>
    Object.values(inputSources),
  );
  expect(inputs.flat()).toContain("dev-flux-cd-credentials");
  expect(inputs.flat().filter((name) => controllers.includes(name))).toEqual([]);
});

describe("the namespace", () => {
  test("has the rules of the configuration", async () => {
    const built = await build("dev", [
      [[...dev, "labels"], { "example.com/team": "web" }],
      [[...dev, "annotations"], { contact: "web@example.com" }],
      [[...dev, "podSecurity"], { enforce: "baseline", version: "v1.36" }],
      [[...dev, "defaultDeny"], { sameNamespace: true }],
    ]);
    expect(only(built.registered, "dev-namespace-namespace").inputs["metadata"]).toMatchObject({
      name: "spring-app-namespace",
      annotations: { contact: "web@example.com" },
      labels: {
        "example.com/team": "web",
        "pod-security.kubernetes.io/enforce": "baseline",
        "pod-security.kubernetes.io/enforce-version": "v1.36",
        "pod-security.kubernetes.io/warn": "restricted",
      },
    });
    expect(spec(built, "dev-namespace-default-deny")).toMatchObject({
      ingress: [{ from: [{ podSelector: {} }] }],
    });
  });

  test("gives pods defaults where the quota would refuse them without", async () => {
    const built = await build("prod");
    expect(spec(built, "production-namespace-limits")).toMatchObject({
      limits: [{ type: "Container", defaultRequest: { cpu: "100m", memory: "128Mi" } }],
    });
  });
});
