import { describe, expect, test } from "vitest";
import {
  statusAlertSpec,
  statusContext,
  statusProviderSpec,
} from "../../components/flux/commit-status-spec.ts";
import { followedSources } from "../../components/flux/followed-sources.ts";
import {
  pushFilter,
  receiverName,
  receiverSpec,
  tokenOfKey,
  webhookPath,
  webhookUrl,
} from "../../components/flux/receiver-spec.ts";
import { isSubdomain } from "../../components/names.ts";
import { validateStack } from "../../config/validate.ts";
import { changed, stackFile } from "./stack-files.ts";

const web = { name: "web", branch: "main" };

describe("a Receiver", () => {
  test.each([
    ["github", ["ping", "push"]],
    ["gitlab", ["Push Hook", "Tag Push Hook"]],
  ] as const)("of %s takes its greeting and its pushes, and nothing else", (type, events) => {
    expect(receiverSpec(type, [web, { name: "db", branch: "main" }], "secret")).toEqual({
      type,
      events,
      interval: "10m",
      secretRef: { name: "secret" },
      resources: [
        { kind: "GitRepository", name: "web" },
        { kind: "GitRepository", name: "db" },
      ],
      resourceFilter: "has(req.ref) && (req.ref in ['refs/heads/main'])",
    });
  });

  test.each([
    [[web, { name: "qa", branch: "qa" }], "req.ref in ['refs/heads/main', 'refs/heads/qa']"],
    [[{ name: "t", tag: "v1" }], "req.ref in ['refs/tags/v1']"],
    [[{ name: "s", semver: ">=1.0.0" }], "req.ref.startsWith('refs/tags/')"],
    [
      [web, { name: "s", semver: ">=1.0.0" }],
      "req.ref in ['refs/heads/main'] || req.ref.startsWith('refs/tags/')",
    ],
  ])("looks at what is followed: %j", (sources, condition) => {
    expect(pushFilter(sources)).toBe(`has(req.ref) && (${condition})`);
  });

  test("listens where Flux's own formula says", () => {
    // printf %s "tokennamespace" | sha256sum
    expect(webhookPath("token", "name", "space")).toBe(
      "/hook/8b01944ec24b3d02de66b480ef8fe6fdc186afa7ec0501539b00e285566ca9ca",
    );
    expect(webhookUrl("https://flux.example.com/", "/hook/1")).toBe("https://flux.example.com/hook/1");
    expect(webhookUrl("https://example.com/flux", "/hook/1")).toBe("https://example.com/flux/hook/1");
  });

  test("has a token that is the key's, whatever is around the key, and that does not show it", () => {
    const pem = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----";
    expect(tokenOfKey(pem)).toMatch(/^[0-9a-f]{64}$/);
    expect(tokenOfKey(`${pem}\n`)).toBe(tokenOfKey(pem));
    expect(tokenOfKey(pem.replace("abc", "abd"))).not.toBe(tokenOfKey(pem));
  });

  test.each([
    ["flux-cd", /^flux-cd-[0-9a-f]{10}$/],
    ["My_Repo.v2", /^my-repo-v2-[0-9a-f]{10}$/],
    ["_", /^repository-[0-9a-f]{10}$/],
    ["x".repeat(100), /^x{100}-[0-9a-f]{10}$/],
  ])("of %s has a name that Kubernetes takes", (repository, form) => {
    const name = receiverName(repository, "ssh-ed25519 AAAA comment");
    expect(name).toMatch(form);
    expect(isSubdomain(name)).toBe(true);
  });

  test("has another name with another key, and not with another comment", () => {
    const name = receiverName("web", "ssh-ed25519 AAAA");
    expect(receiverName("web", "ssh-ed25519 AAAA me\n")).toBe(name);
    expect(receiverName("web", "ssh-ed25519 AAAB")).not.toBe(name);
  });
});

describe("the sources of a repository", () => {
  const followed = (sources: unknown) => {
    const dev = changed(stackFile("dev"), ["environments", "dev", "syncs"], {});
    const { environments, repositories } = validateStack(
      changed(dev, ["environments", "dev", "sources"], sources),
      ["REGISTRY_PASSWORD"],
    );
    return followedSources({ environments, repositories });
  };

  test("follow its default branch unless they say otherwise; those of others are nobody's", () => {
    const url = "https://example.com/a.git";
    expect(
      followed({
        "flux-cd": { repository: "flux-cd" },
        qa: { repository: "flux-cd", branch: "qa" },
        pinned: { repository: "helm", tag: "v1" },
        range: { repository: "helm", semver: ">=1.0.0" },
        theirs: { url, branch: "main" },
      }),
    ).toEqual({
      "flux-cd": [
        { name: "flux-cd", branch: "main" },
        { name: "qa", branch: "qa" },
      ],
      helm: [
        { name: "pinned", tag: "v1" },
        { name: "range", semver: ">=1.0.0" },
      ],
    });
  });
});

describe("a commit status", () => {
  test("has a name that can be required before there is one", () => {
    expect(statusContext("prod", "shop")).toBe("flux/prod/shop");
    expect(
      statusProviderSpec({ type: "github", address: "https://x/a/b.git", secretName: "s", stack: "prod" }),
    ).toEqual({
      type: "github",
      address: "https://x/a/b.git",
      secretRef: { name: "s" },
      commitStatusExpr: "'flux/prod/' + event.involvedObject.name",
    });
  });

  test("tells of good and bad, of these syncs", () => {
    expect(statusAlertSpec("web", ["shop", "db"])).toEqual({
      providerRef: { name: "web" },
      eventSeverity: "info",
      eventSources: [
        { kind: "Kustomization", name: "shop" },
        { kind: "Kustomization", name: "db" },
      ],
    });
  });
});
