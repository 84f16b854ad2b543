/** Between the Git host and Flux, under mocks: webhooks one way, commit statuses the other. */
import { describe, expect, test, vi } from "vitest";
import { webhookPath } from "../../components/flux/receiver-spec.ts";
import { unwrapped } from "./flux-graph.ts";
import { only, type Registered } from "./mocks.ts";
import { build, waitsFor, type Built, type Changes } from "./platform-fixture.ts";

// The first use of the Kubernetes SDK loads it.
vi.setConfig({ testTimeout: 60_000 });

const address = "https://flux.example.com";
const dev = ["environments", "dev"];
const reporting: Changes = [[[...dev, "commitStatus"], true]];
const receiving: Changes = [[["flux", "receiver"], { url: `${address}/` }]];
const qa: Changes = [
  [
    ["environments", "qa"],
    {
      sources: {
        qa: { repository: "flux-cd", branch: "qa" },
        base: { url: "https://x/a.git", branch: "main" },
      },
      syncs: { "qa-app": { source: "qa", path: "a" } },
    },
  ],
];

const inputs = ({ registered }: Built, name: string): Registered["inputs"] => only(registered, name).inputs;
const spec = (built: Built, name: string) => inputs(built, name)["spec"];
const ofType = ({ registered }: Built, end: string) => registered.filter(({ type }) => type.endsWith(end));
const metadata = (built: Built, name: string) =>
  inputs(built, name)["metadata"] as { name: string; namespace: string };

describe("a receiver", () => {
  test("is none unless the configuration gives its address", async () => {
    for (const changes of [[], [[["flux", "receiver"], false]]] as const) {
      const built = await build("dev", changes);
      expect(ofType(built, "Webhook").concat(ofType(built, ":Receiver"))).toEqual([]);
    }
  });

  test("has one token, for the host and for Flux, and the host calls where Flux listens", async () => {
    const built = await build("dev", receiving);
    const { token } = unwrapped(inputs(built, "flux-cd-receiver-secret")["stringData"]) as { token: string };
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    const hook = inputs(built, "flux-cd-receiver-webhook");
    const configuration = unwrapped(hook["configuration"]) as { secret: unknown; url: unknown };
    expect(hook["repository"]).toBe("flux-cd");
    expect(configuration.secret).toBe(token);
    const { name, namespace } = metadata(built, "flux-cd-receiver-object");
    expect(name).toMatch(/^flux-cd-[0-9a-f]{10}$/);
    expect(configuration.url).toBe(`${address}${webhookPath(token, name, namespace)}`);
    expect(spec(built, "flux-cd-receiver-object")).toMatchObject({
      type: "github",
      secretRef: { name },
      resources: [{ kind: "GitRepository", name: "flux-cd" }],
    });
  });

  test("is one for a repository, however many environments follow it; others' repositories have none", async () => {
    const built = await build("dev", [...receiving, ...qa]);
    expect(ofType(built, "Webhook")).toHaveLength(1);
    expect(ofType(built, "v1:Receiver")).toHaveLength(1);
    expect(spec(built, "flux-cd-receiver-object")).toMatchObject({
      resources: [{ name: "flux-cd" }, { name: "qa" }],
      resourceFilter: "has(req.ref) && (req.ref in ['refs/heads/main', 'refs/heads/qa'])",
    });
  });

  test("is there before the host calls it, and goes before the controllers", async () => {
    const built = await build("dev", receiving);
    expect(waitsFor(built, "flux-cd-receiver-webhook")).toContain("flux-cd-receiver-object");
    for (const name of ["flux-cd-receiver-object", "flux-cd-receiver-secret"])
      expect(waitsFor(built, name)).toContain("flux-deployment-notification-controller");
    expect(built.graph.registrations.get("flux-cd-receiver-object")?.onFailure).toEqual(["cluster-failure"]);
    expect(built.graph.registrations.get("flux-cd-receiver-webhook")?.onFailure).toEqual(["github-failure"]);
  });

  test("has the same resources in a first preview, when no token is known", async () => {
    const names = ({ registered }: Built) => registered.map(({ name }) => name).sort();
    const preview = await build("dev", receiving, { preview: true });
    expect(names(preview)).toEqual(names(await build("dev", receiving)));
  });
});

describe("commit statuses", () => {
  test("are set by a Provider with the repository's address and a token that is secret", async () => {
    const built = await build("dev", reporting);
    expect(spec(built, "dev-flux-cd-status-provider")).toEqual({
      type: "github",
      address: "https://127.0.0.1:8443/acme/flux-cd.git",
      secretRef: { name: "flux-cd-status-token" },
      commitStatusExpr: "'flux/test/' + event.involvedObject.name",
    });
    expect(unwrapped(inputs(built, "dev-flux-cd-status-token")["stringData"])).toEqual({
      token: "PRIVATE status token",
    });
    expect(spec(built, "dev-flux-cd-status-alert")).toEqual({
      providerRef: { name: "flux-cd" },
      eventSeverity: "info",
      eventSources: [{ kind: "Kustomization", name: "spring-app" }],
    });
  });

  test("are there before the first sync, so that it is reported, too", async () => {
    const sync = waitsFor(await build("dev", reporting), "dev-spring-app-kustomization");
    expect(sync).toContain("dev-flux-cd-status-alert");
    expect(sync).toContain("dev-flux-cd-status-provider");
  });

  test("are of the environments that choose them, for each source of the stack's own with its syncs", async () => {
    const chosen: Changes = [...qa, [["environments", "qa", "commitStatus"], true]];
    const built = await build("dev", chosen);
    expect(ofType(built, ":Alert").map(({ name }) => name)).toEqual(["qa-qa-status-alert"]);
    expect(spec(built, "qa-qa-status-alert")).toMatchObject({
      eventSources: [{ kind: "Kustomization", name: "qa-app" }],
    });
  });
});
