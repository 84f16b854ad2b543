/** What runs beside GitLab's resources in an update, so that it gets past what an earlier one, or a lost answer, has left. */
import type * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../../known-value.ts";
import { findGitLabProject, type GitLabApi } from "./api.ts";
import { removeOwnGroupVariable } from "./group-leftovers.ts";
import {
  removeLostKeys,
  removeOwnApprovalRule,
  removeSameKey,
  removeSameScope,
  removeSameVariable,
  removeSameWebhooks,
  removeUnusedKeys,
  revokeUnknownTokens,
  type StackKeys,
  type WantedKey,
  type WantedScope,
  type WantedVariable,
  type WantedWebhook,
} from "./leftovers.ts";
import { optionalText, textInput, type HookInputs } from "../hook-inputs.ts";
import type { WebhookArgs } from "../git-host.ts";
import { HostHooks, type HookWork } from "../host-hooks.ts";
import { tokenUsersInState } from "../keys/keys-in-state.ts";

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
  ProjectApprovalRule: async (api, inputs) =>
    removeOwnApprovalRule(api, {
      project: await textInput(inputs, "project"),
      name: await textInput(inputs, "name"),
    }),
} satisfies Record<string, HookWork>;

/** Hooks for resources of `@pulumi/gitlab`. */
export class GitLabHooks extends HostHooks {
  constructor(host: { owner: string; baseUrl: string; token: pulumi.Output<string> }) {
    super(host, {
      repositoryKind: "Project",
      repositoryInput: "project",
      makeReady,
      removeSameKey: makeReady.DeployKey,
      removeLostKeys: async (api, inputs, inState) =>
        removeLostKeys(api, { ...(await wantedKey(inputs)), inState }),
      removeWebhook: (api, project, url) => removeSameWebhooks(api, { project, url }),
      refuseMade,
    });
  }

  /** A project is known by its topics if it is there; here it is only noted that it was not. */
  project(): pulumi.ResourceHookBinding {
    return { afterCreate: [({ id }) => void this.made.add(id)] };
  }

  /**
   * A project that was taken into the state by this run loses the stack's keys that nothing uses any more.
   *
   * @param name of the project's resource
   * @param keys as they are when the first commit is there: by then the program has named all of them
   */
  takenBack(name: string, keys: StackKeys): pulumi.ResourceHookBinding {
    return { afterCreate: [this.cleanUp(`${name}-unused-keys`, (api) => removeUnusedKeys(api, keys))] };
  }

  /** A variable that a killed run has set is set anew. */
  variable(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.hookUnlessMade(makeReady.ProjectVariable)] };
  }

  /** A variable of the group that this stack has set, and its state does not know, is set anew. */
  groupVariable(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.hook(makeReady.GroupVariable)] };
  }

  /** An approval rule that a killed run has made is made anew. */
  approvalRule(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.hookUnlessMade(makeReady.ProjectApprovalRule)] };
  }

  /** A project that a killed run has let in is let in anew. */
  jobTokenScope(): pulumi.ResourceHookBinding {
    return { beforeCreate: [this.hookUnlessMade(makeReady.ProjectJobTokenScope)] };
  }

  /**
   * A webhook that a killed run has made is made anew.
   *
   * @param name of the resource
   * @param takenBack whether the project was taken into the state by this run: then webhooks of the same name are those of
   *   a state that is lost, and go, too
   * @param removeLost takes away what a lost webhook belongs to
   */
  webhook(
    name: string,
    takenBack: boolean,
    removeLost: WebhookArgs["removeLost"],
  ): pulumi.ResourceHookBinding {
    const removeNamed: HookWork = async (api, inputs) =>
      removeSameWebhooks(api, {
        ...(await wantedWebhook(inputs)),
        lostName: await textInput(inputs, "name"),
      });
    const others = this.onlyOne(name, async (api, inputs, id) =>
      removeSameWebhooks(api, { ...(await wantedWebhook(inputs)), kept: numberOf(id) }),
    );
    const { afterCreate = [] } = this.lostWebhooks(name, removeLost);
    return {
      beforeCreate: [this.hookUnlessMade(takenBack ? removeNamed : makeReady.ProjectHook)],
      afterCreate: [others, ...afterCreate],
    };
  }

  /**
   * A token that nobody knows is revoked: one that a repeated request has made beside this one, or a killed run.
   *
   * @param name of the resource
   */
  projectToken(name: string): pulumi.ResourceHookBinding {
    let known: Promise<ReadonlySet<number>> | undefined;
    // Afterwards one that is replaced counts no longer, though it goes only when nothing uses it any more.
    const readState: pulumi.ResourceHookFunction = async () => {
      await (known = tokenUsersInState());
    };
    const others = this.onlyOne(name, async (api, inputs, id) =>
      revokeUnknownTokens(api, {
        project: await textInput(inputs, "project"),
        name: await textInput(inputs, "name"),
        kept: numberOf(id),
        users: await (known ?? tokenUsersInState()),
      }),
    );
    return { beforeCreate: [readState], afterCreate: [others] };
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

/** The host's number, of the id `PROJECT:NUMBER`. */
const numberOf = (id: string) => Number(id.split(":").at(-1));

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
