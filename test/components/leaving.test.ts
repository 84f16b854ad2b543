/** What a stack leaves behind: decided by options that the engine keeps in the state, and by the syncs' own policy. */
import { describe, expect, test, vi } from "vitest";
import { only } from "./mocks.ts";
import { build, waitsFor, type Built, type Changes } from "./platform-fixture.ts";

// The first use of the Kubernetes SDK loads it.
vi.setConfig({ testTimeout: 60_000 });

const detach: Changes = [
  [["cluster", "onDestroy"], "detach"],
  [["environments", "dev", "defaultDeny"], true],
];

const retained = ({ graph }: Built) =>
  [...graph.registrations.values()]
    .filter(({ retainOnDelete }) => retainOnDelete)
    .map(({ name }) => name)
    .sort();
const policyOf = ({ registered }: Built) =>
  (only(registered, "dev-spring-app-kustomization").inputs["spec"] as { deletionPolicy?: string })
    .deletionPolicy;

describe("a stack that is purged", () => {
  test("leaves nothing on the cluster", async () => {
    const built = await build("dev");
    expect(retained(built)).toEqual([]);
    expect(policyOf(built)).toBe("WaitForTermination");
  });

  test("removes its namespaces while the controllers run, which finish off Flux's objects in them", async () => {
    const before = waitsFor(await build("dev"), "dev-namespace-namespace");
    for (const controller of ["kustomize-controller", "helm-controller", "source-controller"]) {
      expect(before).toContain(`flux-deployment-${controller}`);
    }
  });
});

describe("a stack that is detached", () => {
  test("leaves namespaces with their rules, and Flux's kinds, and nothing that has rights", async () => {
    expect(retained(await build("dev", detach))).toEqual([
      "dev-namespace-default-deny",
      "dev-namespace-limits",
      "dev-namespace-namespace",
      "dev-namespace-quota",
      "flux-crd-alerts.notification.toolkit.fluxcd.io",
      "flux-crd-gitrepositories.source.toolkit.fluxcd.io",
      "flux-crd-helmreleases.helm.toolkit.fluxcd.io",
      "flux-crd-kustomizations.kustomize.toolkit.fluxcd.io",
      "flux-namespace-flux-system",
    ]);
  });

  test("has syncs that leave their objects, unless one says otherwise", async () => {
    expect(policyOf(await build("dev", detach))).toBe("Orphan");
    const own: Changes = [
      [["environments", "dev", "syncs", "spring-app", "deletionPolicy"], "WaitForTermination"],
    ];
    expect(policyOf(await build("dev", [...detach, ...own]))).toBe("WaitForTermination");
  });
});
