import { describe, expect, test } from "vitest";
import {
  type GitRepositoryOptions,
  type KustomizationOptions,
  awaitDuration,
  gitRepositorySpec,
  kustomizationSpec,
} from "../../components/flux/kinds.ts";

const url = "ssh://git@git.example/acme/web.git";
const sourceRef = { name: "web" };

describe("gitRepositorySpec", () => {
  test("follows main every minute unless told otherwise, and says nothing more", () => {
    expect(gitRepositorySpec({ url })).toEqual({
      url,
      interval: "1m",
      timeout: "60s",
      ref: { branch: "main" },
    });
  });

  test("has every option in its place", () => {
    const options = {
      url,
      branch: "release",
      commit: "abc",
      interval: "30s",
      timeout: "20s",
      secretName: "key",
    };
    expect(gitRepositorySpec({ ...options, ignore: "/*\n!/deploy", suspend: true })).toEqual({
      url,
      interval: "30s",
      timeout: "20s",
      ref: { branch: "release", commit: "abc" },
      secretRef: { name: "key" },
      ignore: "/*\n!/deploy",
      suspend: true,
    });
  });

  test.each<[Partial<GitRepositoryOptions>, object]>([
    [{ tag: "v1" }, { tag: "v1" }],
    [{ semver: ">=1.0.0" }, { semver: ">=1.0.0" }],
    [{ commit: "abc" }, { branch: "main", commit: "abc" }],
  ])("refers by %j without a branch of its own beside it", (options, ref) => {
    expect(gitRepositorySpec({ url, ...options }).ref).toEqual(ref);
  });

  test.each<[Partial<GitRepositoryOptions>, string]>([
    [{ url: "git@git.example:acme/web.git" }, "web.url: it has no scheme that Flux takes"],
    [{ url: "git://git.example/web" }, "web.url: it has no scheme that Flux takes"],
    [{ url: "https://user:hunter2@git.example/web" }, "web.url: it has credentials in it"],
    [{ url: "https://hunter2@git.example/web" }, "web.url: it has credentials in it"],
    [{ branch: "a", tag: "b" }, "web: branch and tag are given: keep one of them"],
    [{ interval: "1 minute" }, 'web.interval: "1 minute" is not a duration: write "1m"'],
    [{ timeout: "1h" }, 'web.timeout: "1h" is too long'],
  ])("refuses %j, and prints no password", (options, message) => {
    const spec = () => gitRepositorySpec({ url, ...options }, "web");
    expect(spec).toThrow(message);
    expect(spec).not.toThrow("hunter2");
  });
});

describe("kustomizationSpec", () => {
  test("applies the whole source, prunes and waits unless told otherwise", () => {
    expect(kustomizationSpec({ sourceRef })).toEqual({
      sourceRef: { kind: "GitRepository", name: "web" },
      path: "./",
      interval: "5m",
      retryInterval: "1m",
      timeout: "5m",
      prune: true,
      wait: true,
      deletionPolicy: "WaitForTermination",
    });
  });

  test("has every option in its place", () => {
    const healthChecks = [{ apiVersion: "apps/v1", kind: "Deployment", name: "web" }];
    expect(
      kustomizationSpec({
        sourceRef: { kind: "OCIRepository", name: "web", namespace: "other" },
        path: "apps/web",
        interval: "1m",
        retryInterval: "30s",
        timeout: "2m",
        prune: false,
        targetNamespace: "web",
        dependsOn: ["base", { name: "crds", namespace: "other" }],
        suspend: true,
        healthChecks,
        serviceAccountName: "deployer",
        substitute: { tier: "gold" },
        decryptionSecretName: "sops",
      }),
    ).toEqual({
      sourceRef: { kind: "OCIRepository", name: "web", namespace: "other" },
      path: "./apps/web",
      interval: "1m",
      retryInterval: "30s",
      timeout: "2m",
      prune: false,
      wait: false,
      deletionPolicy: "Orphan",
      targetNamespace: "web",
      dependsOn: [{ name: "base" }, { name: "crds", namespace: "other" }],
      suspend: true,
      healthChecks,
      serviceAccountName: "deployer",
      postBuild: { substitute: { tier: "gold" } },
      decryption: { provider: "sops", secretRef: { name: "sops" } },
    });
  });

  test.each([
    ["apps/web", "./apps/web"],
    ["/apps/web/", "./apps/web"],
    ["./apps//web", "./apps/web"],
    [".", "./"],
    ["", "./"],
    ["./", "./"],
  ])("writes the path %j as %j", (path, normal) => {
    expect(kustomizationSpec({ sourceRef, path }).path).toBe(normal);
  });

  test("leaves suspend to others unless it is set, so that `flux suspend` is no conflict", () => {
    expect(kustomizationSpec({ sourceRef, suspend: false })).not.toHaveProperty("suspend");
  });

  test("takes empty lists for none", () => {
    expect(kustomizationSpec({ sourceRef, dependsOn: [], healthChecks: [] })).toEqual(
      kustomizationSpec({ sourceRef }),
    );
  });

  test("lets an explicit deletion policy stand, whatever is pruned", () => {
    expect(kustomizationSpec({ sourceRef, deletionPolicy: "Orphan" }).deletionPolicy).toBe("Orphan");
  });

  test.each<[Partial<KustomizationOptions>, string]>([
    [{ path: "../other" }, 'sync.path: "../other" leads out of the source'],
    [{ interval: "5 minutes" }, 'sync.interval: "5 minutes" is not a duration: write "5m"'],
    [{ retryInterval: "0s" }, "sync.retryInterval"],
    [{ targetNamespace: "Web" }, 'sync.targetNamespace: "Web" is not a Kubernetes name'],
    [{ dependsOn: ["Base"] }, "sync.dependsOn[0]"],
    [
      { wait: true, healthChecks: [{ apiVersion: "v1", kind: "Service", name: "a" }] },
      "sync.healthChecks: Flux ignores them while wait is true",
    ],
  ])("refuses %j", (options, message) => {
    expect(() => kustomizationSpec({ sourceRef, ...options })).toThrow(message);
  });

  test("finds all problems at once", () => {
    expect(() => kustomizationSpec({ sourceRef, interval: "x", timeout: "y", path: ".." })).toThrow(
      /(\n {2}- .*){3}/,
    );
  });
});

test("the wait for a sync covers one attempt that fails at its end, the pause, and another", () => {
  expect(awaitDuration("5m", "1m")).toBe("660s");
});
