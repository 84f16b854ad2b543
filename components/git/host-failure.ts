/** What happens when something could not be made, changed or deleted on the Git host. */
import { setTimeout as sleep } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";
import { answers, type AwayPatience } from "../away.ts";
import { messageOf } from "../error-message.ts";
import { failureHook, say, type Failure, type Say } from "../failures.ts";
import { kindOf } from "./hook-inputs.ts";
import { answerIn, type HostAnswer } from "./host-answers.ts";
import { longestWaitMs, untoldLimitMs, type HostState } from "./host-request.ts";
import { limitEnd, limitIn } from "./rate-limit.ts";

/** How long a host is waited for, and how often the same is tried again. */
export interface HostPatience extends AwayPatience {
  /** For how long a limit is waited for that the host does not tell the end of; twice as long the second time. */
  readonly limitMs: number;
  /** Nobody waits for a limit that lasts longer. */
  readonly longestLimitMs: number;
  /** The first pause before what is being changed, or is not everywhere yet, is tried again; each is longer by as much. */
  readonly settleMs: number;
}

/** A host that is restarted is there again within half a minute. */
export const hostPatience: HostPatience = {
  totalMs: 30_000,
  pollMs: 1000,
  retries: 5,
  limitMs: untoldLimitMs,
  longestLimitMs: longestWaitMs.update,
  settleMs: 1000,
};

/** A host whose resources may fail. */
export interface FailingHost {
  /** How it is called: `github.com`. */
  readonly name: string;
  /** Where its token comes from, for people. */
  readonly tokenFrom: string;
  /** Asks it how it is, with the token. */
  readonly ask: () => Promise<HostState>;
  /** What to do where it does not let, or does not know, what is to be made; where there is more to say than for anything. */
  readonly forbids?: (failure: Failure) => string | undefined;
  /**
   * Makes ready for one more try, and says whether there may be one: a request that broke may have worked, and what is
   * taken may have been taken by it.
   *
   * @throws with what the user has to do, when there may be none
   */
  readonly mayRetry: (failure: Failure, answer: HostAnswer) => Promise<boolean>;
}

/** A hook for the resources of one host. */
export function hostFailureHook(name: string, host: FailingHost): pulumi.ErrorHook {
  return failureHook(name, (failure, say) => onHostFailure(failure, say, host));
}

/**
 * Does something in a hook before a step as the engine does the step itself: for a hook that fails it asks no error hook.
 * What is done has to be harmless when done twice.
 *
 * @param step as the failure of it would be told
 * @throws the last error
 */
export async function retryOnHost<T>(
  step: Omit<Failure, "errors">,
  host: FailingHost,
  work: () => Promise<T>,
): Promise<T> {
  const errors: string[] = [];
  for (;;) {
    try {
      return await work();
    } catch (error) {
      errors.unshift(messageOf(error));
      if (!(await onHostFailure({ ...step, errors }, say, host))) throw error;
    }
  }
}

/**
 * Waits until what failed may be tried again: for a host that does not answer, for the end of a limit, for what is not
 * everywhere yet. The providers try by themselves before: GitHub's three times without a pause, since upstream takes
 * `read_delay_ms` for `retry_delay_ms`, and for limits that come as 403; GitLab's five times, 5xx and 429.
 * https://github.com/integrations/terraform-provider-github/blob/v6.11.1/github/provider.go,
 * https://gitlab.com/gitlab-org/api/client-go/-/blob/v1.46.0/gitlab.go
 *
 * @returns whether to try once more
 */
export async function onHostFailure(
  failure: Failure,
  say: Say,
  host: FailingHost,
  patience: HostPatience = hostPatience,
): Promise<boolean> {
  const answer = answerIn(failure.errors[0] ?? "");
  if (answer === undefined) return false;
  const end = async (message: string) => {
    await say("error", message, failure.urn);
    return false;
  };
  const told = new Teller(failure, say, host, patience);
  const passes = await told.wait(answer);
  if (passes !== true) return passes === undefined ? false : await end(passes);
  try {
    return await host.mayRetry(failure, answer);
  } catch (error) {
    return await end(`What to do: ${messageOf(error)}.`);
  }
}

const isMissing =
  "What to do: if it was removed on the host, `pulumi up --refresh` makes it again; else check that the token may see it.";

/**
 * The providers of both hosts take 404 for an error when they delete, and ask again themselves when an answer breaks off or
 * is a 5xx: so what a lost request has deleted ends so. A hook can ask for one more try, and not say that it is done.
 */
const isGone =
  "What to do: it is gone from the host already, perhaps by a request whose answer did not arrive. Run `pulumi up --refresh`, " +
  "which takes it out of the state and goes on from here. Only if it is there: check that the token may see it.";

/** Waits, and tells for what. */
class Teller {
  readonly #failure: Failure;
  readonly #say: Say;
  readonly #host: FailingHost;
  readonly #patience: HostPatience;

  constructor(failure: Failure, say: Say, host: FailingHost, patience: HostPatience) {
    this.#failure = failure;
    this.#say = say;
    this.#host = host;
    this.#patience = patience;
  }

  /** @returns true when it may be tried again now; else what to do, where there is something to say */
  async wait(answer: HostAnswer): Promise<true | string | undefined> {
    const { type, failedOperation } = this.#failure;
    switch (answer) {
      case "away":
        return await this.#away();
      case "limited":
        return await this.#limited();
      case "conflict":
        return await this.#settle("somebody else is changing the same: look who, wait");
      case "missing":
        // A first commit's pushes have waited already, and say what to do.
        if (kindOf(type) === "Stash") return undefined;
        if (failedOperation === "create") {
          const usual = "check that what it belongs to is there, and that the token may see it";
          return await this.#settle(this.#host.forbids?.(this.#failure) ?? usual);
        }
        return failedOperation === "delete" ? isGone : isMissing;
      case "taken":
        // A change, too, may be repeated by the provider after its answer was lost.
        return failedOperation !== "delete" && this.#times("taken") === 1 ? true : undefined;
      case "token":
        return (
          `What to do: ${this.#host.name} does not know the token, or it has expired or was revoked. Make a new one and set ` +
          `${this.#host.tokenFrom}. Then run \`pulumi up\` again: it goes on from here.`
        );
      case "forbidden": {
        const usual =
          `the token may not do this on ${this.#host.name}: give it the rights that docs/configuration.md lists, ` +
          "or its user the role";
        const advice = this.#host.forbids?.(this.#failure) ?? usual;
        return `What to do: ${advice}. Then run \`pulumi up\` again: it goes on from here.`;
      }
      case "refused":
        return undefined;
    }
  }

  async #away(): Promise<true | string> {
    const { totalMs, retries, pollMs } = this.#patience;
    const seconds = totalMs / 1000;
    const ask = async () => (await this.#host.ask()).there;
    const wait = () => this.#warn(`does not answer: waiting up to ${seconds} s for it …`);
    if (this.#failure.errors.length <= retries && (await answers(ask, this.#patience, wait))) {
      await sleep(pollMs);
      return true;
    }
    return (
      `The Git host ${this.#host.name} was away for longer than ${seconds} s, or again and again.\n` +
      "What to do: check that it answers, and the way to it. Then run `pulumi up` again: it goes on from here."
    );
  }

  async #limited(): Promise<true | string> {
    const { limitMs, longestLimitMs } = this.#patience;
    const times = this.#times("limited");
    const told = limitIn(this.#failure.errors[0] ?? "")?.waitMs ?? (await this.#host.ask()).waitMs;
    const waitMs = told ?? limitMs * 2 ** (times - 1);
    if (times > 3 || waitMs > longestLimitMs) {
      const when = told === undefined ? "in a few minutes" : limitEnd(waitMs, Date.now());
      return (
        `The Git host ${this.#host.name} limits the requests of this token, and takes more ${when}.\n` +
        "What to do: run `pulumi up` again then: it goes on from here. Others who use the same token use up the same limit."
      );
    }
    await this.#warn(`limits requests: going on ${limitEnd(waitMs, Date.now())} …`);
    await sleep(waitMs);
    return true;
  }

  /** Pauses of one, two, three and four seconds. */
  async #settle(advice: string): Promise<true | string> {
    const { length } = this.#failure.errors;
    if (length > 4) return `What to do: ${advice}. Then run \`pulumi up\` again: it goes on from here.`;
    if (length === 1) await this.#warn("is not ready for this: trying again for 10 s …");
    await sleep(this.#patience.settleMs * length);
    return true;
  }

  /** How often the host has answered so, this time included. */
  #times(answer: HostAnswer): number {
    return this.#failure.errors.filter((error) => answerIn(error) === answer).length;
  }

  #warn(what: string): Promise<void> {
    return this.#say("warn", `The Git host ${this.#host.name} ${what}`, this.#failure.urn);
  }
}
