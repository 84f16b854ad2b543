/** CI variables and secrets on GitHub: of a repository, of its environments, and of the organisation. */
import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { foundName } from "../adoption.ts";
import type { CiEnvironment, CiEnvironmentArgs, CiValueArgs, GroupValueArgs } from "../git-host.ts";
import type { GitHubHooks } from "./hooks.ts";

type Options = pulumi.CustomResourceOptions;

/** Gives a resource its provider and its hooks. */
export type Complete = (opts: Options, hooks?: pulumi.ResourceHookBinding) => Options;

/** What people set by hand on an environment: it has two owners, and this is theirs. */
const peoplesOwn = ["canAdminsBypass", "preventSelfReview", "reviewers", "waitTimer"];

/** The values of GitHub Actions, by the official provider. */
export class GitHubValues {
  readonly #complete: Complete;
  readonly #hooks: GitHubHooks;

  constructor(complete: Complete, hooks: GitHubHooks) {
    this.#complete = complete;
    this.#hooks = hooks;
  }

  /**
   * It stays when nobody needs it any more: others may keep values and reviewers in it.
   * https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments
   */
  environment(name: string, args: CiEnvironmentArgs, opts: Options): CiEnvironment {
    const { repository, environment } = args;
    const policy = { protectedBranches: true, customBranchPolicies: false };
    const made = new github.RepositoryEnvironment(
      name,
      { repository: repository.name, environment, ...(args.protected && { deploymentBranchPolicy: policy }) },
      {
        ...this.#complete(opts, this.#hooks.environment()),
        retainOnDelete: true,
        ignoreChanges: peoplesOwn,
      },
    );
    return { environment, name: made.environment };
  }

  variable(
    name: string,
    { repository, key, value, environment }: CiValueArgs,
    opts: Options,
  ): pulumi.Resource {
    const found = repository.foundVariables.includes(foundName(key, environment?.environment));
    const inRepository = { repository: repository.name, variableName: key, value };
    const options = this.#complete(opts, this.#hooks.variable(environment && "ActionsEnvironmentVariable"));
    const adopted = (id: string) => ({ ...options, ...(found && { import: id, ignoreChanges: ["value"] }) });
    return environment === undefined
      ? new github.ActionsVariable(name, inRepository, adopted(`${repository.repository}:${key}`))
      : new github.ActionsEnvironmentVariable(
          name,
          { ...inRepository, environment: environment.name },
          adopted(`${repository.repository}:${environment.environment}:${key}`),
        );
  }

  secret(name: string, { repository, key, value, environment }: CiValueArgs, opts: Options): pulumi.Resource {
    const inRepository = {
      repository: repository.name,
      secretName: key,
      plaintextValue: pulumi.secret(value),
    };
    return environment === undefined
      ? new github.ActionsSecret(name, inRepository, this.#complete(opts))
      : new github.ActionsEnvironmentSecret(
          name,
          { ...inRepository, environment: environment.name },
          this.#complete(opts),
        );
  }

  /** For the given repositories only, whatever else the organisation owns. */
  groupVariable(name: string, { key, value, repositories }: GroupValueArgs, opts: Options): pulumi.Resource {
    const selectedRepositoryIds = repositories.map(({ number }) => number);
    return new github.ActionsOrganizationVariable(
      name,
      { variableName: key, value, visibility: "selected", selectedRepositoryIds },
      this.#complete(opts, this.#hooks.variable("ActionsOrganizationVariable")),
    );
  }

  /** For nobody first, and then for the given repositories only. */
  groupSecret(name: string, { key, value, repositories }: GroupValueArgs, opts: Options): pulumi.Resource {
    const selectedRepositoryIds = pulumi.all(repositories.map(({ number }) => number));
    const secret = new github.ActionsOrganizationSecret(
      name,
      {
        secretName: key,
        plaintextValue: pulumi.secret(value),
        // After the repositories, by whose numbers the hook knows the stack's own.
        visibility: selectedRepositoryIds.apply(() => "selected"),
      },
      this.#complete(opts, this.#hooks.groupSecret(selectedRepositoryIds)),
    );
    return new github.ActionsOrganizationSecretRepositories(
      `${name}-repositories`,
      { secretName: secret.secretName, selectedRepositoryIds },
      this.#complete(opts),
    );
  }
}
