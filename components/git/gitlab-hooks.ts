/** What runs beside GitLab's resources in an update, so that it gets past what an earlier one, or a lost answer, has left. */
import * as pulumi from "@pulumi/pulumi";
import type { Failure } from "../failures.ts";
import { knownValue } from "../known-value.ts";
import { findGitLabProject, type GitLabApi } from "./gitlab-api.ts";
import { removeOwnGroupVariable } from "./gitlab-group-leftovers.ts";
import {
  removeLostKeys,
  removeSameKey,
  removeSameScope,
  removeSameVariable,
  removeSameWebhooks,
  removeUnusedKeys,
  type StackKeys,
  type WantedKey,
  type WantedScope,
  type WantedVariable,
  type WantedWebhook,
} from "./gitlab-leftovers.ts";
import { askPatiently, kindOf, optionalText, textInput, type HookInputs } from "./hook-inputs.ts";
import type { HostAnswer } from "./host-answers.ts";

type Work = (api: GitLabApi, inputs: HookInputs) => Promise<void>;

/** What goes before a resource of a kind is made. */
const makeReady = {
  DeployKey: async (api, inputs) => removeSameKey(api, await wantedKey(inputs)),
  ProjectVariable: async (api, inputs) => removeSameVariable(api, await wantedVariable(inputs)),
  GroupVariable: async (api, inputs) =>
    removeOwnGroupVariable(api, {
      group: await textInput(inputs, "group"),
      key: await textInput(inputs, "key"),
      description: await textInput(inputs, "description"),
    }),
  ProjectHook: async (api, inputs) => removeSameWebhooks(api, await wantedWebhook(inputs)),
  ProjectJobTokenScope: async (api, inputs) => removeSameScope(api, await wantedScope(inputs)),
} satisfies Record<string, Work>;

/**
 * Hooks for resources of `@pulumi/gitlab`. They run when a resource is about to be made, or has just been: never in a
 * preview, for nothing that is in the state, and not in a `destroy`.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/
 */
export class GitLabHooks {
  readonly #owner: string;
  readonly #baseUrl: string;
  readonly #token: pulumi.Output<string>;
  /** Numbers of the projects that this run has made: nothing can be left in them, and so nobody looks. */
  readonly #made = new Set<string>();

  constructor(args: { owner: string; baseUrl: string; token: pulumi.Output<string> }) {
    this.#owner = args.owner;
    this.#baseUrl = args.baseUrl;
    this.#token = args.token;
  }

  /** A project is known by its topics if it is there; here it is only noted that it was not. */
  project(): pulumi.ResourceHookBinding {
    return { afterCreate: [({ id }) => void this.#made.add(id)] };
  }

  /**
   * A key that a killed run has registered is registered anew.
   *
   * @param name of the resource
   * @param takenBack whether the project was taken into the state by this run: then keys under the same title are those
   *   of a state that is lost, and go once the new one is registered
   */
  deployKey(name: string, takenBack: boolean): pulumi.ResourceHookBinding {
    const beforeCreate = [this.#unlessMade(makeReady.DeployKey)];
    if (!takenBack) return { beforeCreate };
    const removeLost = this.#hook(async (api, inputs) => removeLostKeys(api, await wantedKey(inputs)));
    // The platform is whole without this: the old key opens nothing that it did not open before.
    const afterCreate = new pulumi.ResourceHook(`${name}-lost-keys`, removeLost, { ignoreErrors: true });
    return { beforeCreate, afterCreate: [afterCreate] };
  }

  /**
   * A project that was taken into the state by this run loses the stack's keys that nothing uses any more.
   *
   * @param name of the project's resource
   * @param keys as they are when the first commit is there: by then the program has named all of them
   */
  takenBack(name: string, keys: StackKeys): pulumi.ResourceHookBinding {
    const remove = this.#hook((api) => removeUnusedKeys(api, keys));
    return { afterCreate: [new pulumi.ResourceHook(`${name}-unused-keys`, remove, { ignoreErrors: true })] };
  }

  /** A variable that a killed run has set is set anew. */
  variable(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.#unlessMade(makeReady.ProjectVariable)] };
  }

  /** A variable of the group that this stack has set, and its state does not know, is set anew. */
  groupVariable(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.#hook(makeReady.GroupVariable)] };
  }

  /** A project that a killed run has let in is let in anew. */
  jobTokenScope(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.#unlessMade(makeReady.ProjectJobTokenScope)] };
  }

  /**
   * A webhook that a killed run has made is made anew.
   *
   * @param takenBack whether the project was taken into the state by this run: then webhooks of the same name are those of
   *   a state that is lost, and go, too
   */
  webhook(takenBack: boolean): pulumi.ResourceHookBinding {
    const removeLost: Work = async (api, inputs) =>
      removeSameWebhooks(api, {
        ...(await wantedWebhook(inputs)),
        lostName: await textInput(inputs, "name"),
      });
    return { beforeCreate: [this.#unlessMade(takenBack ? removeLost : makeReady.ProjectHook)] };
  }

  /**
   * Makes ready for one more try of what failed: what it may have made all the same goes first.
   *
   * @throws for a project that is there now: it does not go, and the next run takes it over
   */
  async mayRetry({ type, failedOperation, newInputs }: Failure, answer: HostAnswer): Promise<boolean> {
    if (failedOperation !== "create") return true;
    const kind = kindOf(type);
    if (kind === "Project") {
      await this.#ask((api) => refuseMade(api, newInputs));
      return answer !== "taken";
    }
    const work = (makeReady as Record<string, Work | undefined>)[kind];
    if (work === undefined) return answer !== "taken";
    await this.#ask((api) => work(api, newInputs));
    return true;
  }

  /** The API, as the hooks reach it. */
  async api(): Promise<GitLabApi> {
    return { owner: this.#owner, baseUrl: this.#baseUrl, token: await knownValue(this.#token) };
  }

  #unlessMade(work: Work): pulumi.ResourceHookFunction {
    return async ({ newInputs }) => {
      if (this.#made.has(await textInput(newInputs, "project"))) return;
      await this.#ask((api) => work(api, newInputs));
    };
  }

  #hook(work: Work): pulumi.ResourceHookFunction {
    return ({ newInputs }) => this.#ask((api) => work(api, newInputs));
  }

  async #ask(work: (api: GitLabApi) => Promise<void>): Promise<void> {
    const api = await this.api();
    await askPatiently(() => work(api));
  }
}

/** GitLab has made the project and given it its topics in one: the preflight of the next run knows it by them. */
async function refuseMade(api: GitLabApi, inputs: HookInputs): Promise<void> {
  const path = await textInput(inputs, "path");
  if ((await findGitLabProject(api, path)) === undefined) return;
  throw new Error(
    `the project ${api.owner}/${path} is there, though GitLab's answer did not arrive: run \`pulumi up\` again, which takes ` +
      "it into the state if it is this stack's",
  );
}

async function wantedKey(inputs: HookInputs): Promise<WantedKey> {
  return {
    project: await textInput(inputs, "project"),
    title: await textInput(inputs, "title"),
    publicKey: await textInput(inputs, "key"),
  };
}

async function wantedVariable(inputs: HookInputs): Promise<WantedVariable> {
  return {
    project: await textInput(inputs, "project"),
    key: await textInput(inputs, "key"),
    scope: (await optionalText(inputs, "environmentScope")) ?? "*",
    value: await textInput(inputs, "value"),
  };
}

async function wantedWebhook(inputs: HookInputs): Promise<WantedWebhook> {
  return { project: await textInput(inputs, "project"), url: await textInput(inputs, "url") };
}

async function wantedScope(inputs: HookInputs): Promise<WantedScope> {
  const target: unknown = await knownValue(inputs?.["targetProjectId"] as pulumi.Input<unknown>);
  return { project: await textInput(inputs, "project"), target: Number(target) };
}
