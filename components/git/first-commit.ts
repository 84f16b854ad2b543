import * as pulumi from "@pulumi/pulumi";
import type * as FirstCommitPush from "./first-commit-push.ts";
import { seedFiles, type SeedHostKind, type SeedRole, type SeedValues } from "./seed-files.ts";

export interface FirstCommitArgs {
  /** Whose form the files have, and how to log in. */
  readonly hostKind: SeedHostKind;
  /** The host's own id of the repository: another repository gets another first commit. */
  readonly repositoryId: pulumi.Input<string>;
  /** Where to push: the repository's HTTP address, without credentials. */
  readonly cloneUrl: pulumi.Input<string>;
  /** The branch to make; it becomes the default branch of an empty repository. */
  readonly branch: string;
  /** Which folder below `repositories/` the files come from. */
  readonly role: SeedRole;
  /** What the placeholders in the files stand for. */
  readonly values: SeedValues;
}

/** Inputs and outputs of the resource as the provider sees them. */
export interface FirstCommitInputs {
  /** Not there in the state of a stack that is older than the second kind of host. */
  readonly hostKind?: SeedHostKind;
  readonly repositoryId: string;
  readonly cloneUrl: string;
  readonly branch: string;
  readonly role: SeedRole;
  readonly values: SeedValues;
}

/** What the state keeps of it. */
type FirstCommitOutputs = FirstCommitInputs & { readonly commit: string };

/**
 * The work is in `first-commit-push.ts`, loaded when it is needed: Pulumi keeps the text of these
 * functions in the state, and so it has to be short, the same on every machine and without secrets.
 * Pulumi starts a provider in the project's folder.
 */
const load = async () =>
  (await import(`file://${process.cwd()}/components/git/first-commit-push.ts`)) as typeof FirstCommitPush;

class FirstCommitProvider implements pulumi.dynamic.ResourceProvider<FirstCommitInputs, FirstCommitOutputs> {
  private tokens: Partial<Record<SeedHostKind, string | undefined>> = {};

  // A process of its own, which no argument reaches: the token is read here as `config.ts` reads it.
  // eslint-disable-next-line @typescript-eslint/require-await -- the interface wants a promise
  async configure(request: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.tokens = {
      github: request.config.get("github:token") ?? process.env["GITHUB_TOKEN"],
      gitlab: request.config.get("gitlab:token") ?? process.env["GITLAB_TOKEN"],
    };
  }

  async create(inputs: FirstCommitInputs): Promise<pulumi.dynamic.CreateResult<FirstCommitOutputs>> {
    const { pushFirstCommit } = await load();
    const commit = await pushFirstCommit(inputs, this.tokens[inputs.hostKind ?? "github"]);
    return { id: commit, outs: { ...inputs, commit } };
  }

  // The files belong to the teams once they are there: only another repository wants another first commit.
  // eslint-disable-next-line @typescript-eslint/require-await -- the interface wants a promise
  async diff(
    _id: string,
    before: FirstCommitOutputs,
    after: FirstCommitInputs,
  ): Promise<pulumi.dynamic.DiffResult> {
    const replaces = before.repositoryId === after.repositoryId ? [] : ["repositoryId"];
    return { changes: replaces.length > 0, replaces };
  }
}

/** One for all: Pulumi turns a provider into text once, and that is a fifth of a second. */
const provider = new FirstCommitProvider();

/**
 * The first commit of a repository: its whole first tree, in one push. A branch that exists already
 * is left as it is, and its head is the result. Never pushes a second time, and deletes nothing.
 */
export class FirstCommit extends pulumi.dynamic.Resource {
  /** Object name of the commit that was pushed or found. */
  declare readonly commit: pulumi.Output<string>;

  /** @throws Error listing everything that is wrong with the seed */
  constructor(name: string, args: FirstCommitArgs, opts?: pulumi.CustomResourceOptions) {
    // For its errors only: they belong into the preview, and not between a new repository and its push.
    seedFiles(args.role, args.values, args.hostKind);
    super(provider, name, { ...args, commit: undefined }, opts);
  }
}
