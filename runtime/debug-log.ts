/** Keeps secrets out of what Pulumi's SDK says when it is asked to say more. */
import * as pulumi from "@pulumi/pulumi";

/** `… RPC finished: …; err: …, resp: …`: what a provider answered, with everything that the program must not show. */
const answer = /^(\w+ (?:Invoke )?RPC finished: [^]*?, resp: )[^]*$/;

/** A debugging message of the SDK without the answer in it. Other messages stay as they are. */
export function withoutAnswer(message: string): string {
  return message.replace(answer, "$1(left out: it may have secrets in it)");
}

/**
 * Leaves the providers' answers out of the SDK's debugging messages, which `pulumi up --debug`, `-v=3` and more of it show.
 * The SDK prints each answer as it came, private keys and the token among them, and the engine's filter knows of secrets
 * of the configuration only. To be called before the first resource is registered.
 *
 * Needed as long as the SDK does so: https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/nodejs/runtime/resource.ts
 */
export function keepAnswersOutOfDebugLog(): void {
  const { debug } = pulumi.log;
  const quiet: typeof debug = (message, ...rest) => debug(withoutAnswer(message), ...rest);
  Object.assign(pulumi.log, { debug: quiet });
}
