/** Webhooks: what is told of pushes. The lab delivers to this machine only. */
import { createHmac, randomUUID } from "node:crypto";
import { type Repository, type Store, type Webhook, timestamp } from "./store.ts";

/** What a webhook is set to. */
export type WebhookSettings = Pick<
  Webhook,
  "events" | "active" | "url" | "contentType" | "insecureSsl" | "secret"
>;

const localHosts = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Time that a receiver has to answer, in milliseconds; GitHub gives 10 s. */
const deliveryTimeout = 10_000;

/** The webhooks of the repositories. */
export class Webhooks {
  readonly #store: Store;
  readonly #stop = new AbortController();
  readonly #deliveries = new Set<Promise<void>>();

  constructor(store: Store) {
    this.#store = store;
  }

  async add(repository: Repository, settings: WebhookSettings): Promise<Webhook> {
    const now = timestamp();
    const webhook: Webhook = {
      id: this.#store.newId(),
      ...settings,
      createdAt: now,
      updatedAt: now,
      lastResponse: { code: null, status: "unused", message: null },
    };
    repository.webhooks.push(webhook);
    await this.#store.save();
    return webhook;
  }

  async change(webhook: Webhook, settings: WebhookSettings): Promise<void> {
    Object.assign(webhook, settings, { updatedAt: timestamp() });
    await this.#store.save();
  }

  async remove(repository: Repository, webhook: Webhook): Promise<void> {
    repository.webhooks = repository.webhooks.filter((other) => other !== webhook);
    await this.#store.save();
  }

  /**
   * Tells the webhooks of a repository that want to know of an event, without waiting for them.
   *
   * @param payload what they get, as JSON, with GitHub's headers:
   *   https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers
   */
  tell(webhooks: readonly Webhook[], event: string, payload: object): void {
    for (const webhook of webhooks) {
      const wanted = event === "ping" || webhook.events.includes(event) || webhook.events.includes("*");
      if (!webhook.active || !wanted) continue;
      const delivery = this.#deliver(webhook, event, payload).finally(() =>
        this.#deliveries.delete(delivery),
      );
      this.#deliveries.add(delivery);
    }
  }

  /** Breaks off what is under way. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#deliveries);
  }

  async #deliver(webhook: Webhook, event: string, payload: object): Promise<void> {
    if (!URL.canParse(webhook.url) || !localHosts.has(new URL(webhook.url).hostname)) {
      webhook.lastResponse = { code: null, status: "unused", message: "The lab delivers to 127.0.0.1 only." };
      return;
    }
    const json = JSON.stringify(payload);
    const form = webhook.contentType === "form";
    const body = form ? new URLSearchParams({ payload: json }).toString() : json;
    const sign = (algorithm: string): string =>
      `${algorithm}=${createHmac(algorithm, webhook.secret ?? "")
        .update(body)
        .digest("hex")}`;
    try {
      const response = await fetch(webhook.url, {
        method: "POST",
        body,
        redirect: "manual",
        headers: {
          "Content-Type": form ? "application/x-www-form-urlencoded" : "application/json",
          "User-Agent": "GitHub-Hookshot/lab",
          "X-GitHub-Delivery": randomUUID(),
          "X-GitHub-Event": event,
          "X-GitHub-Hook-ID": String(webhook.id),
          ...(webhook.secret !== undefined && {
            "X-Hub-Signature": sign("sha1"),
            "X-Hub-Signature-256": sign("sha256"),
          }),
        },
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(deliveryTimeout)]),
      });
      await response.body?.cancel();
      const { status, statusText } = response;
      webhook.lastResponse = { code: status, status: response.ok ? "active" : "failed", message: statusText };
    } catch {
      webhook.lastResponse = { code: null, status: "failed", message: "The receiver did not answer." };
    }
  }
}
