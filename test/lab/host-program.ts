/**
 * A program with what a platform wants of its Git host, and with nothing else: two repositories, a key, a variable, a secret,
 * and a CI that reads the other repository. `host-stack.ts` runs it.
 */
import * as pulumi from "@pulumi/pulumi";
import { stackTopic } from "../../components/git/adoption.ts";
import { DeployKey } from "../../components/git/deploy-key.ts";
import type { GitHost } from "../../components/git/git-host.ts";
import { GitHubHost } from "../../components/git/github.ts";
import { GitLabHost } from "../../components/git/gitlab.ts";
import type { Config } from "../../config.ts";
import { preflight } from "../../preflight/preflight.ts";
import { values } from "../unit/first-commit-fixture.ts";

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
new DeployKey("key", { host, repository: shop, title: "the key", write: true });
host.ciReading("reading", { reader: shop, source: charts, title: "the reading key" }, {});
host.variable("variable", { repository: shop, key: "URL", value: "https://shop.example" }, {});
host.secret("secret", { repository: shop, key: "PASSWORD", value: "a-secret-password" }, {});

export const repositories = { shop: shop.webUrl, charts: charts.webUrl };
