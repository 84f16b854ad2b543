import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test, vi } from "vitest";
import { unwrapped } from "./flux-graph.ts";
import { only, valueOf } from "./mocks.ts";
import { build } from "./platform-fixture.ts";

// The first use of the Kubernetes SDK loads it.
vi.setConfig({ testTimeout: 60_000 });

describe("secrets", () => {
  /** Paths of the texts in the clear that should be secret. */
  function inTheClear(value: unknown, path: string): string[] {
    if (typeof value === "string") return value.includes("PRIVATE") ? [path] : [];
    if (typeof value !== "object" || value === null || isSecret(value)) return [];
    return Object.entries(value).flatMap(([key, inner]) => inTheClear(inner, `${path}.${key}`));
  }

  function isSecret(value: object): boolean {
    try {
      unwrapped(value);
      return true;
    } catch {
      return false;
    }
  }

  test("are never sent in the clear: keys, token, values of CI secrets", async () => {
    const { registered } = await build("dev");
    expect(registered.flatMap(({ name, inputs }) => inTheClear(inputs, name))).toEqual([]);
  });

  test("are marked so in the state, where a provider makes them", async () => {
    const { registered, graph } = await build("dev");
    const pairs = registered
      .filter(({ type }) => type.startsWith("tls:"))
      .map(({ name }) => graph.registrations.get(name)?.secretOutputs);
    expect(pairs).toHaveLength(3);
    for (const outputs of pairs)
      expect(outputs).toEqual(expect.arrayContaining(["privateKeyOpenssh", "privateKeyPem"]));
  });

  test("arrive where they are needed", async () => {
    const { registered } = await build("dev");
    const data = unwrapped(only(registered, "dev-flux-cd-credentials").inputs["stringData"]);
    expect(data).toMatchObject({ identity: "PRIVATE dev-flux-cd-key-pair\n" });
    const value = (name: string) =>
      unwrapped(only(registered, `spring-app-delivery-${name}`).inputs["plaintextValue"]);
    expect(value("FLUXCD_DEPLOY_KEY")).toBe("PRIVATE spring-app-delivery-fluxcd-key-pair\n");
    expect(value("REGISTRY_PASSWORD")).toBe("PRIVATE-password");
  });

  test("are in no output of the stack", async () => {
    const { platform } = await build("dev");
    const outputs = pulumi.output(platform.outputs);
    expect(await pulumi.isSecret(outputs)).toBe(false);
    expect(JSON.stringify(await valueOf(outputs))).not.toContain("PRIVATE");
  });
});
