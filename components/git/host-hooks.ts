/** What runs beside a Git host's resources in an update, whichever host it is. */
import * as pulumi from "@pulumi/pulumi";
import type { Failure } from "../failures.ts";
import { knownValue } from "../known-value.ts";
import { askPatiently, kindOf, textInput, type HookInputs } from "./hook-inputs.ts";
import type { WebhookArgs } from "./git-host.ts";
import type { HostAnswer } from "./host-answers.ts";
import type { HostApi } from "./host-request.ts";
import { keysInState } from "./keys/keys-in-state.ts";

/** What is asked of the host for a resource, by its inputs. */
export type HookWork = (api: HostApi, inputs: HookInputs) => Promise<void>;

/** What is removed once a resource is made, by its inputs and its id. */
type CleanUp = (api: HostApi, inputs: HookInputs, id: string) => Promise<void>;

/** What a host has in words of its own. */
export interface HostHookWork {
  /** The kind of the resource that makes a repository: `Repository`. */
  readonly repositoryKind: string;
  /** The input by which what belongs to a repository names it. */
  readonly repositoryInput: string;
  /** What goes, or must not be there, before a resource of a kind is made. */
  readonly makeReady: Readonly<Record<string, HookWork>>;
  /** Takes back the registration of the very key that is to be made. */
  readonly removeSameKey: HookWork;
  /** Removes keys under the title of the one that was made, but for it and those that the state has. */
  readonly removeLostKeys: (api: HostApi, inputs: HookInputs, inState: ReadonlySet<string>) => Promise<void>;
  /** Removes the webhooks of a repository to an address. */
  readonly removeWebhook: (api: HostApi, repository: string, url: string) => Promise<void>;
  /** @throws for a repository that is there now: it does not go, and the next run takes it over */
  readonly refuseMade: HookWork;
}

/**
 * Hooks for the resources of one host. They run when a resource is about to be made, or has just been: never in a preview,
 * for nothing that is in the state, and not in a `destroy`.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/options/hooks/
 */
export abstract class HostHooks {
  /** Repositories that this run makes, as resources name them: nothing can be left in them, and so nobody looks. */
  protected readonly made = new Set<string>();
  readonly #host: { owner: string; baseUrl: string; token?: pulumi.Output<string> };
  readonly #work: HostHookWork;
  #inState: Promise<ReadonlySet<string>> | undefined;

  constructor(host: { owner: string; baseUrl: string; token?: pulumi.Output<string> }, work: HostHookWork) {
    this.#host = host;
    this.#work = work;
  }

  /** The API, as the hooks reach it. */
  async api(): Promise<HostApi> {
    const { owner, baseUrl, token } = this.#host;
    return { owner, baseUrl, token: token && (await knownValue(token)) };
  }

  /**
   * Makes ready for one more try of what failed: what it may have made all the same goes first.
   *
   * @throws as {@link HostHookWork.refuseMade}
   */
  async mayRetry({ type, failedOperation, newInputs }: Failure, answer: HostAnswer): Promise<boolean> {
    if (failedOperation !== "create") return true;
    const kind = kindOf(type);
    const { repositoryKind, refuseMade, makeReady } = this.#work;
    if (kind === repositoryKind) {
      await this.#ask(refuseMade, newInputs);
      return answer !== "taken";
    }
    const work = makeReady[kind];
    if (work === undefined) return answer !== "taken";
    await this.#ask(work, newInputs);
    return true;
  }

  /**
   * A key that a killed run has registered is registered anew.
   *
   * @param name of the resource
   * @param takenBack whether the repository was taken into the state by this run: then keys under the same title are
   *   those of a state that is lost, and go once the new one is registered
   */
  deployKey(name: string, takenBack: boolean): pulumi.ResourceHookBinding {
    const { removeSameKey, removeLostKeys } = this.#work;
    const ready = this.hookUnlessMade(removeSameKey);
    if (!takenBack) return { beforeCreate: [ready] };
    const readState = async () => {
      await this.#keysInState();
    };
    const removeLost: HookWork = async (api, inputs) =>
      removeLostKeys(api, inputs, await this.#keysInState());
    return { beforeCreate: [readState, ready], afterCreate: [this.cleanUp(`${name}-lost-keys`, removeLost)] };
  }

  /**
   * What a lost state's webhook belongs to goes once the new one is made.
   *
   * @param name of the resource
   * @param removeLost as {@link WebhookArgs.removeLost}
   */
  protected lostWebhooks(name: string, removeLost: WebhookArgs["removeLost"]): pulumi.ResourceHookBinding {
    if (removeLost === undefined) return {};
    const { repositoryInput, removeWebhook } = this.#work;
    const work = this.#unlessMade(async (api, inputs) => {
      const repository = await textInput(inputs, repositoryInput);
      await removeLost((url) => removeWebhook(api, repository, url));
    });
    return { afterCreate: [this.cleanUp(`${name}-lost`, work)] };
  }

  protected hook(work: HookWork): pulumi.ResourceHookFunction {
    return ({ newInputs }) => this.#ask(work, newInputs);
  }

  /** The same, for what can only be left in a repository that was there before this run. */
  protected hookUnlessMade(work: HookWork): pulumi.ResourceHookFunction {
    return this.hook(this.#unlessMade(work));
  }

  #unlessMade(work: HookWork): HookWork {
    return async (api, inputs) => {
      if (!this.made.has(await textInput(inputs, this.#work.repositoryInput))) await work(api, inputs);
    };
  }

  /**
   * What a request that was repeated has made twice goes, but for the one that the state gets: providers repeat what was
   * answered by 5xx or broke off, and may so have made one that nobody knows.
   *
   * @param name of the resource
   * @param work removes the others, by the id of the one that stays
   */
  protected onlyOne(name: string, work: CleanUp): pulumi.ResourceHook {
    return this.cleanUp(`${name}-made-twice`, work);
  }

  /** Removes what is lost or unused; the platform is whole without this: it opens nothing that it did not open before. */
  protected cleanUp(name: string, work: CleanUp): pulumi.ResourceHook {
    const remove: pulumi.ResourceHookFunction = ({ newInputs, id }) =>
      this.#ask((api, inputs) => work(api, inputs, id), newInputs);
    return new pulumi.ResourceHook(name, remove, { ignoreErrors: true });
  }

  /**
   * The keys that the state has. To be called before the first key is made: afterwards one that is replaced counts no longer,
   * though it goes only when nothing uses it any more.
   */
  async #keysInState(): Promise<ReadonlySet<string>> {
    return await (this.#inState ??= keysInState());
  }

  async #ask(work: HookWork, inputs: HookInputs): Promise<void> {
    const api = await this.api();
    await askPatiently(() => work(api, inputs));
  }
}
