/** What happens when something could not be made, changed or deleted on the Git host. */
import { setTimeout as sleep } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";
import { answers, connectionBroke, type AwayPatience } from "../away.ts";
import { failureHook, type Failure, type Say } from "../failures.ts";
import { apiAnswers } from "./host-request.ts";

/** A host that is restarted is there again within half a minute. */
export const hostPatience: AwayPatience = { totalMs: 30_000, pollMs: 1000, retries: 5 };

/**
 * A hook for the resources of one host.
 *
 * @param apiUrl where its API is
 * @param mayRetry see {@link onHostFailure}; by default, everything may be tried again
 */
export function hostFailureHook(
  name: string,
  apiUrl: string,
  mayRetry: (failure: Failure) => Promise<boolean> = () => Promise.resolve(true),
): pulumi.ErrorHook {
  const host = `The Git host ${new URL(apiUrl).host}`;
  return failureHook(name, (failure, say) =>
    onHostFailure(
      failure,
      say,
      host,
      () => apiAnswers(apiUrl),
      () => mayRetry(failure),
    ),
  );
}

/**
 * Waits for a host that does not answer, or answers that it cannot now. The provider's own retries come without a pause:
 * upstream takes `read_delay_ms` for `retry_delay_ms`.
 * https://github.com/integrations/terraform-provider-github/blob/v6.11.1/github/provider.go
 *
 * @param host how it is called
 * @param ask whether it answers now
 * @param mayRetry makes ready for one more try, and says whether there may be one: a request that broke may have worked
 * @returns whether to try once more
 */
export async function onHostFailure(
  { urn, errors }: Failure,
  say: Say,
  host: string,
  ask: () => Promise<boolean>,
  mayRetry: () => Promise<boolean>,
  patience: AwayPatience = hostPatience,
): Promise<boolean> {
  const [error = ""] = errors;
  if (!connectionBroke(error) && !unavailable.test(error)) return false;
  const seconds = patience.totalMs / 1000;
  const wait = () => say("warn", `${host} does not answer: waiting up to ${seconds} s for it …`, urn);
  if (errors.length <= patience.retries && (await answers(ask, patience, wait))) {
    await sleep(patience.pollMs);
    return await mayRetry().catch(() => false);
  }
  await say(
    "error",
    `${host} was away for longer than ${seconds} s, or again and again.\nWhat to do: check that it answers, and the way to it. ` +
      "Then run `pulumi up` again: it goes on from here.",
    urn,
  );
  return false;
}

/** As go-github says it: "POST https://…: 503 Service Unavailable []". */
const unavailable = /: 50[0234] /;
