/**
 * A program with what a platform wants of its Git host, and with nothing else: two repositories, a key, a variable, a secret,
 * and a CI that reads the other repository; with KEY_GENERATION, keys and a token that are of it. `host-stack.ts` runs it.
 */
import * as pulumi from "@pulumi/pulumi";
import { stackTopic } from "../../components/git/adoption.ts";
import { DeployKey } from "../../components/git/keys/deploy-key.ts";
import type { KeyPlan } from "../../components/git/keys/key-life.ts";
import type { GitHost } from "../../components/git/git-host.ts";
import { GitHubHost } from "../../components/git/github.ts";
import { GitLabHost } from "../../components/git/gitlab.ts";
import type { Config } from "../../config.ts";
import { preflight } from "../../preflight/preflight.ts";
import { keepAnswersOutOfDebugLog } from "../../runtime/debug-log.ts";
import { values } from "../unit/first-commit-fixture.ts";

keepAnswersOutOfDebugLog();

const env = (name: string) => process.env[name] ?? "";
const kind = env("HOST_KIND") as "github" | "gitlab";
const baseUrl = env("HOST_URL");
const [owner, knownHosts] = ["acme", "git.example ssh-ed25519 AAAA\n"];
const token = pulumi.secret(env(`${kind.toUpperCase()}_TOKEN`));

const wanted = {
  role: "charts",
  topics: ["shown"],
  visibility: "private",
  adopt: false,
  reference: false,
  onDestroy: "delete",
} as const;
const names = ["shop", "charts"];
const config = {
  git: { kind, owner, baseUrl, knownHosts },
  gitToken: token,
  gitTokenName: `${kind}:token`,
  repositories: Object.fromEntries(names.map((name) => [name, wanted])),
  environments: {},
  cluster: {},
  flux: {},
} as unknown as Config;
const { ownerId = 0, adoptions } = await preflight(config);

const host: GitHost =
  kind === "github"
    ? new GitHubHost("host", { owner, baseUrl, token, knownHosts, writeDelaySeconds: 0 }, {})
    : new GitLabHost("host", { owner, namespaceId: ownerId, baseUrl, token, knownHosts }, {});
const mark = stackTopic(pulumi.getProject(), pulumi.getStack());
const repository = (name: string) =>
  host.repository(
    name,
    {
      repository: name,
      topics: [...wanted.topics, mark],
      visibility: wanted.visibility,
      defaultBranch: "main",
      onDestroy: wanted.onDestroy,
      ...(adoptions[name] && { adoption: adoptions[name] }),
      seed: { role: "app", values },
    },
    {},
  );
const [shop, charts] = [repository("shop"), repository("charts")];
const generation = process.env["KEY_GENERATION"];
const plan: KeyPlan | undefined =
  generation === undefined ? undefined : { generation, postponed: false, record: {} };
const key = new DeployKey("key", { host, repository: shop, title: "the key", write: true, plan });
// So that a run that fails with a value has the key.
const after = { dependsOn: plan === undefined ? [] : [key] };
host.ciReading("reading", { reader: shop, source: charts, title: "the reading key" }, {});
host.variable("variable", { repository: shop, key: "URL", value: "https://shop.example" }, after);
const secret = host.secret(
  "secret",
  { repository: shop, key: "PASSWORD", value: "a-secret-password" },
  after,
);
if (plan !== undefined) {
  const expiresAt = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  const given = { repository: shop, title: "the token", expiresAt, accessLevel: "maintainer" as const, plan };
  const made = host.pushToken?.("token", given, {});
  const secrets = { DEPLOY_KEY: key.privateKey, ...(made && { DEPLOY_TOKEN: made.value }) };
  for (const [name, value] of Object.entries(secrets))
    host.secret(name, { repository: shop, key: name, value }, after);
}

/** Of a resource that a host has. */
const idOf = (made: pulumi.Resource) => ("id" in made ? (made.id as pulumi.Output<string>) : made.urn);
const urls = { shop: shop.webUrl, charts: charts.webUrl };
// With keys that are replaced, as in a platform: a run that fails has no outputs.
export const repositories =
  plan === undefined ? urls : pulumi.all([urls, idOf(secret)]).apply(([known]) => known);
