/** What runs beside GitHub's resources in an update, so that it gets past what an earlier one has left. */
import * as pulumi from "@pulumi/pulumi";
import type { Failure } from "../failures.ts";
import { knownValue } from "../known-value.ts";
import { patiently, type Patience } from "../patience.ts";
import type { GitHubApi } from "./github-api.ts";
import {
  refuseExisting,
  removeLostKeys,
  removeSameKey,
  removeSameRuleset,
  removeSameVariable,
  removeSameWebhook,
  removeUnusedKeys,
  type StackKeys,
  type WantedKey,
  type WantedVariable,
} from "./github-leftovers.ts";
import { HostAwayError } from "./host-request.ts";

type Hook = pulumi.ResourceHookFunction;
type Inputs = pulumi.ResourceHookArgs["newInputs"];
type Work = (api: GitHubApi, inputs: Inputs) => Promise<void>;

/** What goes, or must not be there, before a resource of a kind is made. */
const makeReady = {
  Repository: async (api, inputs) => refuseExisting(api, await text(inputs, "name")),
  RepositoryDeployKey: async (api, inputs) => removeSameKey(api, await wantedKey(inputs)),
  RepositoryRuleset: async (api, inputs) =>
    removeSameRuleset(api, await text(inputs, "repository"), await text(inputs, "name")),
  ActionsVariable: async (api, inputs) => removeSameVariable(api, await wantedVariable(inputs)),
  RepositoryWebhook: async (api, inputs) => {
    await removeSameWebhook(api, await text(inputs, "repository"), await webhookUrl(inputs));
  },
} satisfies Record<string, Work>;

/** Half a minute for a host that is restarted: nobody else waits for it before a resource is made. */
const patience: Patience = { attempts: 8, pauseMs: 1000 };

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
    return { beforeCreate: [this.#hook(makeReady.Repository)] };
  }

  /**
   * A key that a killed run has registered is registered anew.
   *
   * @param name of the resource
   * @param takenBack whether the repository was taken into the state by this run: then keys under the same title are
   *   those of a state that is lost, and go once the new one is registered
   */
  deployKey(name: string, takenBack: boolean): pulumi.ResourceHookBinding {
    const beforeCreate = [this.#hook(makeReady.RepositoryDeployKey)];
    if (!takenBack) return { beforeCreate };
    const removeLost = this.#hook(async (api, inputs) => removeLostKeys(api, await wantedKey(inputs)));
    // The platform is whole without this: the old key opens nothing that it did not open before.
    const afterCreate = new pulumi.ResourceHook(`${name}-lost-keys`, removeLost, { ignoreErrors: true });
    return { beforeCreate, afterCreate: [afterCreate] };
  }

  /**
   * A repository that was taken into the state by this run loses the stack's keys that nothing uses any more.
   *
   * @param name of the repository's resource
   * @param keys as they are when the repository is there: by then the program has named all of them
   */
  takenBack(name: string, keys: StackKeys): pulumi.ResourceHookBinding {
    const remove = this.#hook((api) => removeUnusedKeys(api, keys));
    return { afterCreate: [new pulumi.ResourceHook(`${name}-unused-keys`, remove, { ignoreErrors: true })] };
  }

  /** A ruleset that a killed run has made, or one of a state that is lost, is made anew. */
  ruleset(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.#hook(makeReady.RepositoryRuleset)] };
  }

  /** A variable that a killed run has set is set anew. */
  variable(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.#hook(makeReady.ActionsVariable)] };
  }

  /** A webhook that a killed run has made is made anew. */
  webhook(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.#hook(makeReady.RepositoryWebhook)] };
  }

  /**
   * Makes ready for one more try of what failed while the host was away: what it may have made all the same goes first.
   * A repository does not go; the state has it then, or the next run finds it.
   */
  async mayRetry({ type, failedOperation, newInputs }: Failure): Promise<boolean> {
    const work = workFor(type);
    if (failedOperation === "create" && work !== undefined) {
      await this.#ask((api) => work(api, newInputs));
    }
    return true;
  }

  #hook(work: Work): Hook {
    return ({ newInputs }) => this.#ask((api) => work(api, newInputs));
  }

  /** The engine asks no error hook when one of these fails, and so a host that is away is waited for here. */
  async #ask(work: (api: GitHubApi) => Promise<void>): Promise<void> {
    const token = this.#token && (await knownValue(this.#token));
    const api = { owner: this.#owner, baseUrl: this.#baseUrl, token };
    await patiently(
      () => work(api),
      patience,
      (error) => error instanceof HostAwayError,
    );
  }
}

const workFor = (type: string) =>
  (makeReady as Record<string, Work | undefined>)[type.split(":").at(-1) ?? ""];

async function wantedKey(inputs: Inputs): Promise<WantedKey> {
  return {
    repository: await text(inputs, "repository"),
    title: await text(inputs, "title"),
    publicKey: await text(inputs, "key"),
  };
}

async function wantedVariable(inputs: Inputs): Promise<WantedVariable> {
  return {
    repository: await text(inputs, "repository"),
    name: await text(inputs, "variableName"),
    value: await text(inputs, "value"),
  };
}

async function webhookUrl(inputs: Inputs): Promise<string> {
  const configuration: unknown = await knownValue(inputs?.["configuration"] as pulumi.Input<unknown>);
  return await text(configuration as Inputs, "url");
}

/** A text among the inputs of a resource that is about to be made; a secret comes as an output. */
async function text(inputs: Inputs, key: string): Promise<string> {
  const value: unknown = await knownValue(inputs?.[key] as pulumi.Input<unknown>);
  if (typeof value !== "string") throw new Error(`the input "${key}" is no text`);
  return value;
}
