/**
 * A program with one of every kind of resource that a Git host has for a platform, and with nothing else. KINDS says what of
 * it there is: `all`, `changed` (all of it, each with other values or replaced), or `none` but the repositories.
 * `host-stack.ts` runs it.
 */
import * as pulumi from "@pulumi/pulumi";
import { stackTopic } from "../../components/git/adoption.ts";
import { DeployKey } from "../../components/git/keys/deploy-key.ts";
import type { GitHost } from "../../components/git/git-host.ts";
import { GitHubHost } from "../../components/git/github.ts";
import { GitLabHost } from "../../components/git/gitlab.ts";
import { values } from "../unit/first-commit-fixture.ts";

const env = (name: string) => process.env[name] ?? "";
const [kind, kinds] = [env("HOST_KIND"), env("KINDS")];
const [owner, baseUrl, knownHosts] = ["acme", env("HOST_URL"), "git.example ssh-ed25519 AAAA\n"];
const token = pulumi.secret(env(`${kind.toUpperCase()}_TOKEN`));
const changed = kinds === "changed";
const value = changed ? "another-value" : "the-first-value";
const plan = { generation: value, postponed: false, record: {} };

const host: GitHost =
  kind === "github"
    ? new GitHubHost("host", { owner, baseUrl, token, knownHosts, writeDelaySeconds: 0 }, {})
    : new GitLabHost("host", { owner, namespaceId: Number(env("OWNER_ID")), baseUrl, token, knownHosts }, {});
const mark = stackTopic(pulumi.getProject(), pulumi.getStack());
const [shop, charts] = (["shop", "charts"] as const).map((name) =>
  host.repository(
    name,
    {
      repository: name,
      description: changed ? "Another text" : "A text",
      topics: [mark],
      visibility: "private",
      defaultBranch: "main",
      onDestroy: "delete",
      seed: { role: "app", values },
    },
    {},
  ),
) as [ReturnType<GitHost["repository"]>, ReturnType<GitHost["repository"]>];

if (kinds !== "none") {
  const key = new DeployKey("key", { host, repository: shop, title: "the key", write: true, plan });
  host.ciReading("reading", { reader: shop, source: charts, title: "the reading key" }, {});
  const environment = host.ciEnvironment(
    "environment",
    { repository: shop, environment: "production", protected: changed },
    {},
  );
  host.variable("variable", { repository: shop, key: "URL", value }, {});
  host.secret("secret", { repository: shop, key: "PASSWORD", value }, {});
  host.variable("environment-variable", { repository: shop, key: "STAGE", value, environment }, {});
  host.secret("environment-secret", { repository: shop, key: "STAGE_PASSWORD", value, environment }, {});
  host.groupVariable("group-variable", { key: "GROUP_URL", value, repositories: [shop] }, {});
  host.groupSecret("group-secret", { key: "GROUP_PASSWORD", value, repositories: [shop] }, {});
  host.webhook(
    "webhook",
    {
      repository: shop,
      // GitLab would make another one for another address.
      url: changed && kind === "github" ? "https://flux.example/other" : "https://flux.example/hook",
      token: "a-token-of-the-webhook",
      title: "the webhook",
      branches: ["main"],
      tags: changed,
    },
    {},
  );
  const rules = { reviews: changed ? 2 : 1, codeOwners: false, checks: [] };
  host.protection(
    "protection",
    { repository: shop, branch: "main", rules, writers: changed ? [key] : [] },
    {},
  );
  const expiresAt = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const wanted = { repository: shop, title: "the token", expiresAt, accessLevel: "developer" as const, plan };
  host.pushToken?.("token", wanted, {});
}
