/** Webhooks: what is told of pushes. The lab delivers to this machine only. */
import { randomUUID } from "node:crypto";
import type { ProjectHook } from "./state.ts";

const localHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Time that a receiver has to answer, in milliseconds: https://docs.gitlab.com/administration/instance_limits/#webhook-timeout */
const deliveryTimeout = 10_000;

/** How a delivery ended: the receiver's status, or why there is none. */
export interface Delivery {
  readonly status: number | undefined;
  readonly reason: string;
}

/** Delivers to webhooks. */
export class Webhooks {
  readonly #stop = new AbortController();
  readonly #deliveries = new Set<Promise<Delivery>>();

  /**
   * Tells one webhook of an event. Nobody need wait for it.
   *
   * @param event such as `Push Hook`
   * @param payload what it gets, as JSON: https://docs.gitlab.com/user/project/integrations/webhook_events/
   */
  tell(hook: ProjectHook, event: string, payload: object): Promise<Delivery> {
    const delivery = this.#deliver(hook, event, payload).finally(() => this.#deliveries.delete(delivery));
    this.#deliveries.add(delivery);
    return delivery;
  }

  /** Breaks off what is under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#deliveries);
  }

  async #deliver(hook: ProjectHook, event: string, payload: object): Promise<Delivery> {
    if (!URL.canParse(hook.url) || !localHosts.has(new URL(hook.url).hostname))
      return { status: undefined, reason: "The lab delivers to 127.0.0.1 only." };
    try {
      const response = await fetch(hook.url, {
        method: "POST",
        body: JSON.stringify(payload),
        redirect: "manual",
        headers: {
          "Content-Type": "application/json",
          "User-Agent": "GitLab/lab",
          "Idempotency-Key": randomUUID(),
          "X-Gitlab-Event": event,
          "X-Gitlab-Webhook-UUID": randomUUID(),
          "X-Gitlab-Event-UUID": randomUUID(),
          ...(hook.token !== undefined && { "X-Gitlab-Token": hook.token }),
          ...Object.fromEntries(hook.customHeaders.map(({ key, value }) => [key, value])),
        },
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(deliveryTimeout)]),
      });
      await response.body?.cancel();
      return { status: response.status, reason: response.statusText };
    } catch {
      return { status: undefined, reason: "The receiver did not answer." };
    }
  }
}
