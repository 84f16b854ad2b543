/** What runs beside GitHub's resources in an update, so that it gets past what an earlier one has left. */
import type * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../../known-value.ts";
import type { GitHubApi } from "./api.ts";
import {
  refuseGuardedEnvironment,
  refuseOthersGroupSecret,
  removeOwnGroupVariable,
  type WantedEnvironment,
  type WantedGroupVariable,
} from "./group-leftovers.ts";
import {
  keepMade,
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
} from "./leftovers.ts";
import type { WebhookArgs } from "../git-host.ts";
import { textInput as text, type HookInputs as Inputs } from "../hook-inputs.ts";
import { HostHooks, type HookWork } from "../host-hooks.ts";

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
  ActionsEnvironmentVariable: async (api, inputs) => removeSameVariable(api, await wantedVariable(inputs)),
  ActionsOrganizationVariable: async (api, inputs) =>
    removeOwnGroupVariable(api, await wantedGroupVariable(inputs)),
  RepositoryEnvironment: async (api, inputs) =>
    refuseGuardedEnvironment(api, await wantedEnvironment(inputs)),
} satisfies Record<string, HookWork>;

/** The kinds of CI variables. */
export type VariableKind = "ActionsVariable" | "ActionsEnvironmentVariable" | "ActionsOrganizationVariable";

/** Hooks for resources of `@pulumi/github`. */
export class GitHubHooks extends HostHooks {
  constructor(host: { owner: string; baseUrl: string; token?: pulumi.Output<string> }) {
    super(host, {
      repositoryKind: "Repository",
      repositoryInput: "repository",
      makeReady,
      removeSameKey: makeReady.RepositoryDeployKey,
      removeLostKeys: async (api, inputs, inState) =>
        removeLostKeys(api, { ...(await wantedKey(inputs)), inState }),
      removeWebhook: removeSameWebhook,
      refuseMade,
    });
  }

  /** A repository that nothing was known of is not there. */
  repository(): pulumi.ResourceHookBinding {
    const ready = this.hook(makeReady.Repository);
    const note: pulumi.ResourceHookFunction = async ({ newInputs }) =>
      void this.made.add(await text(newInputs, "name"));
    return { beforeCreate: [ready, note] };
  }

  /**
   * A repository that was taken into the state by this run loses the stack's keys that nothing uses any more.
   *
   * @param name of the repository's resource
   * @param keys as they are when the repository is there: by then the program has named all of them
   */
  takenBack(name: string, keys: StackKeys): pulumi.ResourceHookBinding {
    return { afterCreate: [this.cleanUp(`${name}-unused-keys`, (api) => removeUnusedKeys(api, keys))] };
  }

  /**
   * A ruleset that a killed run has made, or one of a state that is lost, is made anew, and is there once.
   *
   * @param name of the resource
   */
  ruleset(name: string): pulumi.ResourceHookBinding {
    const others = this.onlyOne(name, async (api, inputs, id) =>
      removeSameRuleset(api, await text(inputs, "repository"), await text(inputs, "name"), id),
    );
    return { beforeCreate: [this.hookUnlessMade(makeReady.RepositoryRuleset)], afterCreate: [others] };
  }

  /** A variable that a killed run has set is set anew, be it of a repository, an environment or the organisation. */
  variable(kind: VariableKind = "ActionsVariable"): pulumi.ResourceHookBinding {
    const work = makeReady[kind];
    const inRepository = kind !== "ActionsOrganizationVariable";
    return { beforeCreate: [inRepository ? this.hookUnlessMade(work) : this.hook(work)] };
  }

  /**
   * A secret of the organisation that is there is this stack's, or stays.
   *
   * @param repositoryIds of the stack; known by the time that the secret is made
   */
  groupSecret(repositoryIds: pulumi.Input<readonly number[]>): pulumi.ResourceHookBinding {
    const refuseOthers = this.hook(async (api, inputs) => {
      const name = await text(inputs, "secretName");
      await refuseOthersGroupSecret(api, { name, repositoryIds: await knownValue(repositoryIds) });
    });
    return { beforeCreate: [refuseOthers] };
  }

  /** An environment that is there keeps the rules that somebody gave it. */
  environment(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.hookUnlessMade(makeReady.RepositoryEnvironment)] };
  }

  /** A webhook that a killed run has made is made anew, and one of a lost state goes with what it belongs to. */
  webhook(name: string, removeLost: WebhookArgs["removeLost"]): pulumi.ResourceHookBinding {
    return {
      beforeCreate: [this.hookUnlessMade(makeReady.RepositoryWebhook)],
      ...this.lostWebhooks(name, removeLost),
    };
  }
}

/** What is there now, and was not before, is this stack's; GitHub gives it its topics by another request. */
async function refuseMade(api: GitHubApi, inputs: Inputs): Promise<void> {
  const topics: unknown = await knownValue(inputs?.["topics"] as pulumi.Input<unknown>);
  await keepMade(api, await text(inputs, "name"), Array.isArray(topics) ? topics.map(String) : []);
}

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
    ...(inputs?.["environment"] !== undefined && { environment: await text(inputs, "environment") }),
    name: await text(inputs, "variableName"),
    value: await text(inputs, "value"),
  };
}

async function webhookUrl(inputs: Inputs): Promise<string> {
  const configuration: unknown = await knownValue(inputs?.["configuration"] as pulumi.Input<unknown>);
  return await text(configuration as Inputs, "url");
}

async function wantedGroupVariable(inputs: Inputs): Promise<WantedGroupVariable> {
  return {
    name: await text(inputs, "variableName"),
    value: await text(inputs, "value"),
    repositoryIds: await repositoryIds(inputs),
  };
}

async function wantedEnvironment(inputs: Inputs): Promise<WantedEnvironment> {
  return {
    repository: await text(inputs, "repository"),
    environment: await text(inputs, "environment"),
    protected: inputs?.["deploymentBranchPolicy"] !== undefined,
  };
}

/** The repositories that an organisation's value is for. */
async function repositoryIds(inputs: Inputs): Promise<number[]> {
  const ids: unknown = await knownValue(inputs?.["selectedRepositoryIds"] as pulumi.Input<unknown>);
  return Array.isArray(ids) ? ids.map(Number) : [];
}
