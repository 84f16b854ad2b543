/** GitLab, gitlab.com or a host of one's own, as the platform's Git host. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
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
  PushToken,
  PushTokenArgs,
  RepositoryArgs,
  SeededRepository,
  WebhookArgs,
} from "./git-host.ts";
import { gitlabApiUrl, gitlabState } from "./gitlab/api.ts";
import { requireApprovals } from "./gitlab/approvals.ts";
import { GitLabHooks } from "./gitlab/hooks.ts";
import { projectToken } from "./gitlab/project-token.ts";
import { branchProtectionOf } from "./gitlab/protection.ts";
import { groupValue, projectValue } from "./gitlab/variables.ts";
import { hostFailureHook, type FailingHost } from "./host-failure.ts";
import { kindOf } from "./hook-inputs.ts";
import { KeyTitles } from "./keys/key-title.ts";
import { gitlabMerging } from "./merge-methods.ts";
import { onceSeeded, seededRepository } from "./seeded-repository.ts";

/** How to reach GitLab. */
export interface GitLabHostArgs {
  /** Full path of the group or user that owns the projects. */
  readonly owner: string;
  /** Number of the group or user that owns the projects. */
  readonly namespaceId: pulumi.Input<number>;
  /** The host's address, such as `https://gitlab.com/`. */
  readonly baseUrl: string;
  /** Token with the scope `api` of somebody who may make projects there; secret. */
  readonly token: pulumi.Output<string>;
  /** SSH host keys in the form of known_hosts. */
  readonly knownHosts: string;
  /** Whether the host is an Enterprise Edition, as gitlab.com is, on whatever plan; only protection asks. @default true */
  readonly enterprise?: boolean | undefined;
}

/** Settings that a project which is taken over may have otherwise; the run after that sets them. */
const settledLater = [
  "archiveOnDestroy",
  "mergeMethod",
  "name",
  "onlyAllowMergeIfPipelineSucceeds",
  "removeSourceBranchAfterMerge",
  "squashOption",
];

/** https://docs.gitlab.com/user/project/merge_requests/approvals/ */
const needsPremium =
  "GitLab requires approvals from its plan Premium on: leave out `protection.reviews` and `protection.codeOwners` where it " +
  "has none. Else the token's user has to be Maintainer, and nobody may have forbidden projects to change approval rules";

const approvalKinds = ["ProjectApprovalRule", "ProjectLevelMrApprovals"];

/** GitLab behind the `GitHost` interface, by the official provider. */
export class GitLabHost implements GitHost {
  readonly kind = "gitlab";
  readonly knownHosts: string;
  readonly #provider: gitlab.Provider;
  readonly #failing: FailingHost;
  readonly #onFailure: pulumi.ErrorHook;
  readonly #hooks: GitLabHooks;
  /** Projects that this run takes into the state. */
  readonly #takenBack = new Set<string>();
  readonly #titles = new KeyTitles();
  readonly #namespaceId: pulumi.Input<number>;
  readonly #enterprise: boolean;

  constructor(name: string, args: GitLabHostArgs, opts: pulumi.ResourceOptions) {
    this.knownHosts = args.knownHosts;
    this.#namespaceId = args.namespaceId;
    this.#enterprise = args.enterprise ?? true;
    // Given here, nothing is taken from the environment of whoever runs a later command.
    const settings = { baseUrl: gitlabApiUrl(args.baseUrl), token: args.token };
    this.#provider = new gitlab.Provider(name, settings, opts);
    this.#hooks = new GitLabHooks(args);
    this.#failing = {
      name: new URL(args.baseUrl).host,
      tokenFrom: "`gitlab:token` (`pulumi config set --secret gitlab:token`) or GITLAB_TOKEN",
      ask: async () => gitlabState(await this.#hooks.api()),
      forbids: ({ type }) => (approvalKinds.includes(kindOf(type)) ? needsPremium : undefined),
      mayRetry: (failure, answer) => this.#hooks.mayRetry(failure, answer),
    };
    this.#onFailure = hostFailureHook(`${name}-failure`, this.#failing);
  }

  repository(name: string, args: RepositoryArgs, opts: pulumi.CustomResourceOptions): SeededRepository {
    const { onDestroy, adoption, mergeMethods, protection } = args;
    if (adoption !== undefined) this.#takenBack.add(args.repository);
    const project = new gitlab.Project(
      name,
      {
        name: args.repository,
        path: args.repository,
        namespaceId: this.#namespaceId,
        description: args.description ?? "",
        topics: [...args.topics],
        visibilityLevel: args.visibility,
        archiveOnDestroy: onDestroy === "archive",
        removeSourceBranchAfterMerge: true,
        ...(mergeMethods && gitlabMerging(mergeMethods)),
        // GitLab asks for no check by its name: the pipeline as a whole has to succeed.
        ...(protection && { onlyAllowMergeIfPipelineSucceeds: protection.checks.length > 0 }),
      },
      {
        ...this.#options(opts, this.#hooks.project()),
        retainOnDelete: onDestroy === "keep",
        // An import refuses what differs, so that is left for the next run.
        ...(adoption?.id !== undefined && {
          import: adoption.id,
          ignoreChanges: [...adoption.differing.map(propertyOf), ...settledLater],
        }),
      },
    );
    return seededRepository(
      name,
      args,
      {
        kind: this.kind,
        resource: project,
        id: project.id,
        number: project.id.apply(Number),
        name: project.pathWithNamespace.apply((path) => path.split("/").at(-1) ?? path),
        webUrl: project.webUrl,
        httpUrl: project.httpUrlToRepo,
        sshUrl: project.sshUrlToRepo,
      },
      {
        ...{ parent: opts.parent, host: this.#failing },
        token: async () => (await this.#hooks.api()).token,
        ...(adoption?.id !== undefined && {
          hooks: this.#hooks.takenBack(name, {
            project: adoption.id,
            ...this.#titles.of(args.repository),
          }),
        }),
      },
    );
  }

  protection(name: string, args: ProtectionArgs, opts: pulumi.CustomResourceOptions): void {
    const { repository, branch, rules, mergeMethods, writers } = args;
    const project = onceSeeded(repository.id, repository);
    const protection = branchProtectionOf(
      {
        ...{ branch, rules, mergeMethods },
        repository: project,
        writers: writers.map(({ registration }) => registration),
      },
      this.#enterprise,
    );
    // The default branch has a protection of GitLab's own, which the provider takes over. Deleting it would leave the
    // branch with none, and its pipelines without their protected variables; so it stays, and goes with the project.
    const guarded = new gitlab.BranchProtection(name, protection, {
      ...this.#options(opts),
      retainOnDelete: true,
    });
    const asked = { project, rules, branch: guarded, ruleHooks: this.#hooks.approvalRule() };
    requireApprovals(name, asked, this.#options(opts));
  }

  deployKey(name: string, args: HostKeyArgs, opts: pulumi.CustomResourceOptions): pulumi.CustomResource {
    const { repository, title, publicKey, write, expiresAt } = args;
    this.#titles.add(repository.repository, title);
    return new gitlab.DeployKey(
      name,
      {
        project: repository.id,
        title,
        key: pulumi.output(publicKey).apply((key) => key.trim()),
        canPush: write,
        ...(expiresAt !== undefined && { expiresAt }),
      },
      // Another title would replace the key by itself: the new one is the old one for GitLab, and then deleted.
      {
        ...this.#options(opts, this.#hooks.deployKey(name, this.#takenBack.has(repository.repository))),
        ignoreChanges: ["title"],
      },
    );
  }

  /** A job's own token reads what lets its project in: https://docs.gitlab.com/ci/jobs/ci_job_token/ */
  ciReading(name: string, args: CiReadingArgs, opts: pulumi.CustomResourceOptions): CiReading {
    const { reader, source } = args;
    const allowed = new gitlab.ProjectJobTokenScope(
      `${name}-job-token`,
      { project: source.id, targetProjectId: reader.id.apply(Number) },
      this.#options(opts, this.#hooks.jobTokenScope()),
    );
    return { url: pulumi.all([source.httpUrl, allowed.id]).apply(([url]) => url) };
  }

  variable(name: string, args: CiValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    return projectValue(name, { secret: false, ...args }, this.#options(opts, this.#hooks.variable()));
  }

  /** Masked in logs, and given to jobs of protected branches and tags only, unless it says otherwise. */
  secret(name: string, args: CiValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    return projectValue(name, { secret: true, ...args }, this.#options(opts, this.#hooks.variable()));
  }

  /** A scope of values, which is there with the first of them. https://docs.gitlab.com/ci/environments/#limit-the-environment-scope-of-a-cicd-variable */
  ciEnvironment(_name: string, { environment }: CiEnvironmentArgs): CiEnvironment {
    return { environment, name: environment };
  }

  groupVariable(name: string, args: GroupValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    return this.#groupValue(name, { secret: false, ...args }, opts);
  }

  groupSecret(name: string, args: GroupValueArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    return this.#groupValue(name, { secret: true, ...args }, opts);
  }

  pushToken(name: string, args: PushTokenArgs, opts: pulumi.CustomResourceOptions): PushToken {
    return projectToken(name, args, this.#options(opts, this.#hooks.projectToken(name)));
  }

  #groupValue(
    name: string,
    args: GroupValueArgs & { readonly secret: boolean },
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource {
    const group = pulumi.output(this.#namespaceId).apply(String);
    return groupValue(name, { group, ...args }, this.#options(opts, this.#hooks.groupVariable()));
  }

  /** A filter is one pattern, so several branches go unfiltered: https://docs.gitlab.com/user/project/integrations/webhooks/#filter-push-events-by-branch */
  webhook(name: string, args: WebhookArgs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const { repository, url, token, title, tags, removeLost } = args;
    const branches = new Set(args.branches);
    const [branch] = branches.size === 1 ? branches : [];
    return new gitlab.ProjectHook(
      name,
      {
        project: repository.id,
        url,
        token: pulumi.secret(token),
        name: title,
        pushEvents: branches.size > 0,
        ...(branch !== undefined && { pushEventsBranchFilter: branch }),
        tagPushEvents: tags,
        enableSslVerification: true,
      },
      this.#options(opts, this.#hooks.webhook(name, this.#takenBack.has(repository.repository), removeLost)),
    );
  }

  #options(
    opts: pulumi.CustomResourceOptions,
    hooks: pulumi.ResourceHookBinding = {},
  ): pulumi.CustomResourceOptions {
    return { ...opts, provider: this.#provider, hooks: { ...hooks, onError: [this.#onFailure] } };
  }
}

/** The provider's name of a setting. */
function propertyOf(setting: string): string {
  return setting === "visibility" ? "visibilityLevel" : setting;
}
