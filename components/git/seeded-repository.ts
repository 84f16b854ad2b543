import * as pulumi from "@pulumi/pulumi";
import { FirstCommit } from "./first-commit.ts";
import type { RepositoryArgs, SeededRepository } from "./git-host.ts";
import type { FailingHost } from "./host-failure.ts";
import type { SeedHostKind } from "./seed-files.ts";
import { sshUrl } from "./urls.ts";

/** A repository as a host's own resource describes it. */
export interface MadeRepository {
  readonly kind: SeedHostKind;
  /** The resource that makes it. */
  readonly resource: pulumi.CustomResource;
  readonly id: pulumi.Output<string>;
  readonly number: pulumi.Output<number>;
  readonly name: pulumi.Output<string>;
  readonly webUrl: pulumi.Output<string>;
  readonly httpUrl: pulumi.Output<string>;
  /** In whatever form the host gives it. */
  readonly sshUrl: pulumi.Output<string>;
}

/** A value that comes with the first commit, so that nothing is done to a branch that is not there yet. */
export function onceSeeded(
  value: pulumi.Output<string>,
  { seeded }: Pick<SeededRepository, "seeded">,
): pulumi.Output<string> {
  return pulumi.all([value, seeded]).apply(([known]) => known);
}

/**
 * Gives a repository its first commit.
 *
 * @param name of the repository's resource
 * @param opts of the repository's resource; `host` and `token` are the push's, `hooks` run beside it
 */
export function seededRepository(
  name: string,
  args: RepositoryArgs,
  made: MadeRepository,
  opts: {
    readonly parent: pulumi.Resource | undefined;
    readonly host: FailingHost;
    readonly token: () => Promise<string | undefined>;
    readonly hooks?: pulumi.ResourceHookBinding;
  },
): SeededRepository {
  const { output } = new FirstCommit(
    `${name}-first-commit`,
    {
      hostKind: made.kind,
      ...{ host: opts.host, token: opts.token },
      repositoryId: made.id,
      cloneUrl: made.httpUrl,
      branch: args.defaultBranch,
      role: args.seed.role,
      values: args.seed.values,
    },
    { parent: opts.parent, dependsOn: made.resource, ...(opts.hooks && { hooks: opts.hooks }) },
  );
  // The addresses come with the commit, so that nothing reads a repository that is still empty.
  const seeded = output.apply(() => true as const);
  const once = (address: pulumi.Output<string>) => onceSeeded(address, { seeded });
  return {
    repository: args.repository,
    id: made.id,
    number: made.number,
    name: made.name,
    foundId: args.adoption?.id,
    foundVariables: args.adoption?.variables ?? [],
    webUrl: made.webUrl,
    httpUrl: once(made.httpUrl),
    sshUrl: once(made.sshUrl).apply(sshUrl),
    seeded,
  };
}
