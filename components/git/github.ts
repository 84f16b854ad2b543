/** GitHub, and GitHub Enterprise, as the platform's Git host. */
import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { DeployKey } from "./keys/deploy-key.ts";
import type {
  CiEnvironment,
  CiEnvironmentArgs,
  CiReading,
  CiReadingArgs,
  CiValueArgs,
  GitHost,
  GroupValueArgs,
  HostKeyArgs,
  ProtectionArgs,
  RepositoryArgs,
  SeededRepository,
  WebhookArgs,
} from "./git-host.ts";
import { githubState } from "./github/api.ts";
import { GitHubHooks } from "./github/hooks.ts";
import { rulesetsOf } from "./github/protection.ts";
import { GitHubValues } from "./github/values.ts";
import { KeyTitles } from "./keys/key-title.ts";
import { hostFailureHook, type FailingHost } from "./host-failure.ts";
import { githubMerging } from "./merge-methods.ts";
import { onceSeeded, seededRepository } from "./seeded-repository.ts";

/** How to reach GitHub. */
export interface GitHubHostArgs {
  /** Organisation or user that owns the repositories. */
  readonly owner: string;
  /** The API's address, such as `https://api.github.com/`. */
  readonly baseUrl: string;
  /** Token with the right to administer repositories; secret. Without it, only previews of nothing work. */
  readonly token?: pulumi.Output<string>;
  /** SSH host keys in the form of known_hosts. */
  readonly knownHosts: string;
  /** Pause between two writes, in seconds. */
  readonly writeDelaySeconds: number;
}

/** Settings that a repository which is taken over may have otherwise; the run after that sets them. */
const settledLater = [
  "allowMergeCommit",
  "allowRebaseMerge",
  "allowSquashMerge",
  "archiveOnDestroy",
  "deleteBranchOnMerge",
  "hasIssues",
];

/** GitHub behind the `GitHost` interface, by the official provider. */
export class GitHubHost implements GitHost {
  readonly kind = "github";
  readonly knownHosts: string;
  readonly #provider: github.Provider;
  readonly #failing: FailingHost;
  readonly #onFailure: pulumi.ErrorHook;
  readonly #hooks: GitHubHooks;
  readonly #values: GitHubValues;
  /** Repositories that this run takes into the state. */
  readonly #takenBack = new Set<string>();
  readonly #titles = new KeyTitles();

  constructor(name: string, args: GitHubHostArgs, opts: pulumi.ResourceOptions) {
    this.knownHosts = args.knownHosts;
    // The SDK puts a token that it finds in the environment into the state as plain text; given here, it is a secret.
    const { owner, baseUrl, token } = args;
    this.#hooks = new GitHubHooks({ owner, baseUrl, ...(token && { token }) });
    // The provider takes no zero here.
    const writeDelayMs = Math.max(1, Math.round(args.writeDelaySeconds * 1000));
    this.#provider = new github.Provider(
      name,
      { owner, baseUrl, writeDelayMs, ...(token && { token }) },
      opts,
    );
    this.#failing = {
      name: new URL(baseUrl).host,
      tokenFrom: "`github:token` (`pulumi config set --secret github:token`) or GITHUB_TOKEN",
      ask: async () => githubState(await this.#hooks.api()),
      mayRetry: (failure, answer) => this.#hooks.mayRetry(failure, answer),
    };
    this.#onFailure = hostFailureHook(`${name}-failure`, this.#failing);
    this.#values = new GitHubValues((given, hooks) => this.#options(given, hooks), this.#hooks);
  }

  repository(name: string, args: RepositoryArgs, opts: pulumi.CustomResourceOptions): SeededRepository {
    const { onDestroy, adoption, mergeMethods } = args;
    if (adoption !== undefined) this.#takenBack.add(args.repository);
    const repository = new github.Repository(
      name,
      {
        name: args.repository,
        description: args.description ?? "",
        topics: [...args.topics],
        visibility: args.visibility,
        archiveOnDestroy: onDestroy === "archive",
        deleteBranchOnMerge: true,
        hasIssues: true,
        ...(mergeMethods && githubMerging(mergeMethods)),
      },
      {
        ...this.#options(opts, this.#hooks.repository()),
        retainOnDelete: onDestroy === "keep",
        // An import refuses what differs, so that is left for the next run.
        ...(adoption && { import: args.repository, ignoreChanges: [...adoption.differing, ...settledLater] }),
      },
    );
    return seededRepository(
      name,
      args,
      {
        kind: this.kind,
        resource: repository,
        id: repository.nodeId,
        number: repository.repoId,
        name: repository.name,
        webUrl: repository.htmlUrl,
        httpUrl: repository.httpCloneUrl,
        sshUrl: repository.sshCloneUrl,
      },
      {
        ...{ parent: opts.parent, host: this.#failing },
        token: async () => (await this.#hooks.api()).token,
        ...(adoption && {
          hooks: this.#hooks.takenBack(name, {
            repository: args.repository,
            ...this.#titles.of(args.repository),
          }),
        }),
      },
    );
  }

  protection(name: string, args: ProtectionArgs, opts: pulumi.CustomResourceOptions): void {
    const { repository, branch, rules, mergeMethods, writers } = args;
    const rulesets = rulesetsOf({
      ...{ branch, rules, mergeMethods },
      repository: onceSeeded(repository.name, repository),
      writers: writers.map(({ registration }) => registration),
    });
    for (const [role, ruleset] of Object.entries(rulesets)) {
      const made = `${name}-${role}`;
      new github.RepositoryRuleset(made, ruleset, this.#options(opts, this.#hooks.ruleset(made)));
    }
  }

  deployKey(name: string, args: HostKeyArgs, opts: pulumi.CustomResourceOptions): pulumi.CustomResource {
    const { repository, title, publicKey, write } = args;
    this.#titles.add(repository.repository, title);
    return new github.RepositoryDeployKey(
      name,
      {
        repository: repository.name,
        title,
        key: pulumi.output(publicKey).apply((key) => key.trim()),
        readOnly: !write,
      },
      // Another title would replace the key by itself, which GitHub refuses: a key is registered once.
      {
        ...this.#options(opts, this.#hooks.deployKey(name, this.#takenBack.has(repository.repository))),
        ignoreChanges: ["title"],
      },
    );
  }

  /** A workflow's own token opens its own repository only, so there has to be a key. */
  ciReading(name: string, args: CiReadingArgs, opts: pulumi.CustomResourceOptions): CiReading {
    const { source, title, plan } = args;
    const wanted = { host: this, repository: source, title, write: false, plan };
    const key = new DeployKey(`${name}-key`, wanted, opts);
    return { url: source.sshUrl, key };
  }

  variable(name: string, args: CiValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    return this.#values.variable(name, args, opts);
  }

  secret(name: string, args: CiValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    return this.#values.secret(name, args, opts);
  }

  ciEnvironment(name: string, args: CiEnvironmentArgs, opts: pulumi.CustomResourceOptions): CiEnvironment {
    return this.#values.environment(name, args, opts);
  }

  groupVariable(name: string, args: GroupValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    return this.#values.groupVariable(name, args, opts);
  }

  groupSecret(name: string, args: GroupValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    return this.#values.groupSecret(name, args, opts);
  }

  /** GitHub tells of every branch and tag: https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
  webhook(name: string, args: WebhookArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const { repository, url, token, removeLost } = args;
    return new github.RepositoryWebhook(
      name,
      {
        repository: repository.name,
        events: ["push"],
        configuration: { url, secret: pulumi.secret(token), contentType: "json", insecureSsl: false },
      },
      this.#options(opts, this.#hooks.webhook(name, removeLost)),
    );
  }

  #options(
    opts: pulumi.CustomResourceOptions,
    hooks: pulumi.ResourceHookBinding = {},
  ): pulumi.CustomResourceOptions {
    return { ...opts, provider: this.#provider, hooks: { ...hooks, onError: [this.#onFailure] } };
  }
}
