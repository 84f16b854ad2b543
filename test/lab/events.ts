/** Looks at what goes between a Git host and Flux on a lab. */
import { createHmac } from "node:crypto";
import { conditionOf, type KubeObject } from "../../scripts/kubectl.ts";
import { eventually, type TestLab } from "./commands.ts";

const flux = "flux-system";

/** A status of a commit, whatever the host calls its fields. */
export interface Status {
  readonly context: string;
  /** GitHub's word, or GitLab's. */
  readonly state: string;
}

/** A kind of host, as far as it differs. */
export interface EventHost {
  /** An answer of the host's API, at a path below that of the repository that Flux follows. */
  readonly get: <T>(path: string) => Promise<T>;
  /** Addresses of the repository's webhooks. */
  readonly webhooks: () => Promise<string[]>;
  /** Statuses of a commit, the newest first. */
  readonly statuses: (commit: string) => Promise<Status[]>;
  /** Headers with which the host would send a body. */
  readonly headers: (token: string, body: string) => Record<string, string>;
}

/** GitHub. @param get answers of the API below the repository's path */
export function gitHubEvents(get: EventHost["get"]): EventHost {
  return {
    get,
    webhooks: async () =>
      (await get<{ config: { url: string } }[]>("/hooks")).map(({ config }) => config.url),
    statuses: (commit) => get<Status[]>(`/commits/${commit}/statuses`),
    headers: (token, body) => ({
      "x-github-event": "push",
      "x-hub-signature-256": `sha256=${createHmac("sha256", token).update(body).digest("hex")}`,
    }),
  };
}

/** GitLab. @param get answers of the API below the project's path */
export function gitLabEvents(get: EventHost["get"]): EventHost {
  return {
    get,
    webhooks: async () => (await get<{ url: string }[]>("/hooks")).map(({ url }) => url),
    statuses: async (commit) => {
      const path = `/repository/commits/${commit}/statuses?all=true`;
      const all = await get<{ id: number; name: string; status: string }[]>(path);
      const newest = all.sort((one, other) => other.id - one.id);
      return newest.map(({ name, status }) => ({ context: name, state: status }));
    },
    headers: (token) => ({ "x-gitlab-event": "Push Hook", "x-gitlab-token": token }),
  };
}

/** The one Receiver of a lab, and the source that it has looked at. */
export class Receiving {
  readonly #lab: TestLab;
  readonly #host: EventHost;

  constructor(lab: TestLab, host: EventHost) {
    this.#lab = lab;
    this.#host = host;
  }

  async receiver(): Promise<KubeObject> {
    const text = await this.#lab.kubectl("get", "receivers", "--namespace", flux, "--output", "json");
    const { items } = JSON.parse(text) as { items: KubeObject[] };
    if (items.length !== 1 || items[0] === undefined) throw new Error(`${items.length} Receivers`);
    return items[0];
  }

  async token(): Promise<string> {
    const { spec } = await this.receiver();
    const secret = spec?.secretRef?.name ?? "";
    const where = ["--namespace", flux, "--output", "jsonpath={.data.token}"];
    return Buffer.from(await this.#lab.kubectl("get", "secret", secret, ...where), "base64").toString();
  }

  source(): Promise<KubeObject | undefined> {
    return this.#lab.object("gitrepository", "flux-cd", flux);
  }

  /** When somebody last asked for a look at the source. */
  async asked(): Promise<string | undefined> {
    return (await this.source())?.metadata.annotations?.["reconcile.fluxcd.io/requestedAt"];
  }

  /** Tells the Receiver of a push as the host would, and gives the status of its answer. */
  async send(token: string, ref = "refs/heads/main"): Promise<number> {
    const [url = ""] = await this.#host.webhooks();
    const body = JSON.stringify({ ref });
    const headers = { "content-type": "application/json", ...this.#host.headers(token, body) };
    return (await fetch(url, { method: "POST", body, headers })).status;
  }

  /** Makes the source look by itself every so often, and waits until it has taken that in. */
  async lookEvery(interval: string): Promise<void> {
    const patch = JSON.stringify({ spec: { interval } });
    await this.#lab.kubectl(
      ...["patch", "gitrepository", "flux-cd", "--namespace", flux],
      ...["--type", "merge", "--patch", patch],
    );
    await eventually(
      "the source is Ready with its interval",
      () => this.source(),
      (seen) =>
        conditionOf(seen, "Ready")?.status === "True" &&
        seen?.status?.observedGeneration === seen?.metadata.generation,
    );
  }

  /** Waits until the newest status of a commit under a name is the wanted one. */
  async expectStatus(commit: string, context: string, state: string): Promise<void> {
    await eventually(
      `the status ${context} of ${commit} is ${state}`,
      () => this.#host.statuses(commit),
      (seen) => seen.find((status) => status.context === context)?.state === state,
    );
  }
}
