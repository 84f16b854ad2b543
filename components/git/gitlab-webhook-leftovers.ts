/**
 * Webhooks that a killed run, or a state that was lost, has left on GitLab: there, and in no state. GitLab takes a second one to
 * the same address, and tells both, so the first goes.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { Failure } from "../failures.ts";
import { knownValue } from "../known-value.ts";
import { patiently } from "../patience.ts";
import { gitlabApiUrl } from "./gitlab-api.ts";
import { HostAwayError, refusal, request } from "./host-request.ts";

/** How to reach the API. */
interface Api {
  readonly baseUrl: string;
  readonly token: string | undefined;
}

/** A webhook as it is to be made. */
interface WantedWebhook {
  readonly project: string;
  readonly url: string;
  /** Given where others of this name are lost: it says whose they are, and for what. */
  readonly lostName?: string | undefined;
}

type Inputs = pulumi.ResourceHookArgs["newInputs"];

/** Half a minute for a host that is restarted. */
const patience = { attempts: 8, pauseMs: 1000 };

/**
 * Removes the webhooks of a project to this very address, which nobody else knows: a token is in it. And those that are lost.
 * https://docs.gitlab.com/api/project_webhooks/
 *
 * @throws {HostAwayError} when the host does not answer, or with 5xx or 429
 * @throws when it answers with another error; the token is not in either message
 */
export async function removeSameWebhooks(api: Api, wanted: WantedWebhook): Promise<void> {
  const { project, url, lostName } = wanted;
  const path = `projects/${encodeURIComponent(project)}/hooks`;
  const found: { id: number; url: string; name?: string | null }[] = [];
  for (let page = "1"; page !== "";) {
    const answer = await ask(api, "GET", `${path}?per_page=100&page=${page}`);
    if (answer === undefined) return;
    found.push(...((await answer.json()) as typeof found));
    page = answer.headers.get("x-next-page") ?? "";
  }
  const isLost = ({ name }: { name?: string | null }) => lostName !== undefined && name === lostName;
  const left = found.filter((hook) => hook.url === url || isLost(hook));
  for (const { id } of left) await ask(api, "DELETE", `${path}/${id}`);
}

async function ask({ baseUrl, token }: Api, method: string, path: string): Promise<Response | undefined> {
  const headers = {
    accept: "application/json",
    "user-agent": "slipway",
    ...(token !== undefined && { "private-token": token }),
  };
  const response = await request(`${gitlabApiUrl(baseUrl)}${path}`, { method, headers });
  if (response.status === 404) return undefined;
  if (!response.ok) {
    const { message } = (await response.json().catch(() => ({}))) as { message?: unknown };
    throw refusal(response, typeof message === "string" ? message : "", `${method} ${path}`);
  }
  return response;
}

/** What runs before a webhook is made, or made once more. */
export class GitLabWebhookLeftovers {
  readonly #baseUrl: string;
  readonly #token: pulumi.Output<string>;

  constructor(api: { baseUrl: string; token: pulumi.Output<string> }) {
    this.#baseUrl = api.baseUrl;
    this.#token = api.token;
  }

  /**
   * A webhook that a killed run has made is made anew.
   *
   * @param takenBack whether the project was taken into the state by this run: then webhooks of the same name are those of a
   *   state that is lost
   */
  hooks(takenBack: boolean): pulumi.ResourceHookBinding {
    return { beforeCreate: [({ newInputs }) => this.#remove(newInputs, takenBack)] };
  }

  /** Makes ready for one more try of what failed while the host was away: it may have made it all the same. */
  async mayRetry({ type, failedOperation, newInputs }: Failure): Promise<boolean> {
    if (failedOperation === "create" && type.endsWith(":ProjectHook")) await this.#remove(newInputs, false);
    return true;
  }

  async #remove(inputs: Inputs, takenBack: boolean): Promise<void> {
    const api = { baseUrl: this.#baseUrl, token: await knownValue(this.#token) };
    const [project, url, name] = await Promise.all(
      ["project", "url", "name"].map((property) => knownText(inputs, property)),
    );
    if (project === undefined || url === undefined) return;
    const wanted = { project, url, ...(takenBack && { lostName: name }) };
    await patiently(
      () => removeSameWebhooks(api, wanted),
      patience,
      (error) => error instanceof HostAwayError,
    );
  }
}

async function knownText(inputs: Inputs, name: string): Promise<string | undefined> {
  const value: unknown = await knownValue(inputs?.[name] as pulumi.Input<unknown>);
  return typeof value === "string" ? value : undefined;
}
