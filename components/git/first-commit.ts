import * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../known-value.ts";
import { pushFirstCommit, type FirstCommitSeed } from "./first-commit-push.ts";
import { retryOnHost, type FailingHost } from "./host-failure.ts";
import { seedFiles } from "./seed-files.ts";

export interface FirstCommitArgs extends Omit<FirstCommitSeed, "cloneUrl"> {
  /** What to do when the host does not take the push. */
  readonly host: FailingHost;
  /** Gives the host's token, which Git gets by its environment, and the state not at all. */
  readonly token: () => Promise<string | undefined>;
  /** The host's own id of the repository: another repository gets another first commit. */
  readonly repositoryId: pulumi.Input<string>;
  /** Where to push: the repository's HTTP address, without credentials. */
  readonly cloneUrl: pulumi.Input<string>;
}

/**
 * The first commit of a repository: its whole first tree, in one push. A branch that exists already
 * is left as it is. Never pushes a second time, and deletes nothing.
 *
 * It is a stash, a resource of the engine's own, which keeps in the state what was pushed at first. The push is a hook before
 * that: when it fails, nothing is kept, and the next update tries again. Another repository wants another first commit; all
 * else may change without one, for the files belong to the teams once they are there.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/
 */
export class FirstCommit extends pulumi.Stash {
  /** @throws Error listing everything that is wrong with the seed */
  constructor(name: string, args: FirstCommitArgs, opts: pulumi.CustomResourceOptions = {}) {
    const { hostKind, host, token, cloneUrl, repositoryId, ...kept } = args;
    // For its errors only: they belong into the preview, and not between a new repository and its push.
    seedFiles(kept.role, kept.values, hostKind);
    const push: pulumi.ResourceHookFunction = async ({ urn, type, newInputs }) => {
      const seed = { ...kept, hostKind, cloneUrl: await knownValue(cloneUrl) };
      const secret = await token();
      const failure = { urn, type, failedOperation: "create", newInputs } as const;
      await retryOnHost(failure, host, () => pushFirstCommit(seed, secret));
    };
    const hook = new pulumi.ResourceHook(`${name}-push`, push);
    super(
      name,
      { input: { repositoryId, ...kept } },
      {
        ...opts,
        ignoreChanges: Object.keys(kept).map((key) => `input.${key}`),
        hooks: { ...opts.hooks, beforeCreate: [hook], beforeUpdate: [hook] },
      },
    );
  }
}
