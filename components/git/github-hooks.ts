/** What runs beside GitHub's resources in an update, so that it gets past what an earlier one has left. */
import * as pulumi from "@pulumi/pulumi";
import type { GitHubApi } from "./github-api.ts";
import {
  refuseExisting,
  removeLostKeys,
  removeSameKey,
  removeSameVariable,
  type WantedKey,
} from "./github-leftovers.ts";

type Hook = pulumi.ResourceHookFunction;

/**
 * Hooks for resources of `@pulumi/github`. They run when a resource is about to be made, or has just been: never in a
 * preview, for nothing that is in the state, and not in a `destroy`.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/
 */
export class GitHubHooks {
  readonly #owner: string;
  readonly #baseUrl: string;
  readonly #token: pulumi.Output<string> | undefined;

  constructor(args: { owner: string; baseUrl: string; token?: pulumi.Output<string> }) {
    this.#owner = args.owner;
    this.#baseUrl = args.baseUrl;
    this.#token = args.token;
  }

  /** A repository that nothing was known of is not there. */
  repository(): pulumi.ResourceHookBinding {
    const refuse: Hook = async ({ newInputs }) =>
      refuseExisting(await this.#api(), await text(newInputs, "name"));
    return { beforeCreate: [refuse] };
  }

  /**
   * A key that a killed run has registered is registered anew.
   *
   * @param name of the resource
   * @param takenBack whether the repository was taken into the state by this run: then keys under the same title are
   *   those of a state that is lost, and go once the new one is registered
   */
  deployKey(name: string, takenBack: boolean): pulumi.ResourceHookBinding {
    const beforeCreate: Hook = async ({ newInputs }) =>
      removeSameKey(await this.#api(), await wantedKey(newInputs));
    if (!takenBack) return { beforeCreate: [beforeCreate] };
    const removeLost: Hook = async ({ newInputs }) =>
      removeLostKeys(await this.#api(), await wantedKey(newInputs));
    // The platform is whole without this: the old key opens nothing that it did not open before.
    const afterCreate = new pulumi.ResourceHook(`${name}-lost-keys`, removeLost, { ignoreErrors: true });
    return { beforeCreate: [beforeCreate], afterCreate: [afterCreate] };
  }

  /** A variable that a killed run has set is set anew. */
  variable(): pulumi.ResourceHookBinding {
    const removeSame: Hook = async ({ newInputs }) =>
      removeSameVariable(await this.#api(), {
        repository: await text(newInputs, "repository"),
        name: await text(newInputs, "variableName"),
        value: await text(newInputs, "value"),
      });
    return { beforeCreate: [removeSame] };
  }

  async #api(): Promise<GitHubApi> {
    const token = this.#token && (await plain(this.#token));
    return { owner: this.#owner, baseUrl: this.#baseUrl, token };
  }
}

type Inputs = pulumi.ResourceHookArgs["newInputs"];

async function wantedKey(inputs: Inputs): Promise<WantedKey> {
  return {
    repository: await text(inputs, "repository"),
    title: await text(inputs, "title"),
    publicKey: await text(inputs, "key"),
  };
}

/** A text among the inputs of a resource that is about to be made; a secret comes as an output. */
async function text(inputs: Inputs, key: string): Promise<string> {
  const value: unknown = await plain(pulumi.output(inputs?.[key] as unknown));
  if (typeof value !== "string") throw new Error(`the input "${key}" is no text`);
  return value;
}

/** The value of an output that is known. */
function plain<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value)));
}
