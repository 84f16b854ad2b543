import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { KubeApi } from "../cluster/kube-api.ts";
import { writeAtomically } from "../files.ts";
import type { Pod } from "./pod.ts";

const LIFETIME_SECONDS = 3600;
const RETRY_SECONDS = 10;

interface TokenRequest {
  readonly status: { readonly token: string; readonly expirationTimestamp: string };
}

/**
 * A kubeconfig of the pod's service account, so that its process has the account's rights and no others. The token is
 * bound to the pod (it ends with it), lies in a file of its own, and is renewed when four fifths of its hour are over.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export class PodCredentials {
  /** The file to give as KUBECONFIG. */
  readonly kubeconfig: string;
  readonly #api: KubeApi;
  readonly #pod: Pod;
  readonly #tokenFile: string;
  #timer: NodeJS.Timeout | undefined;

  private constructor(api: KubeApi, pod: Pod, dir: string) {
    this.#api = api;
    this.#pod = pod;
    this.#tokenFile = join(dir, "token");
    this.kubeconfig = join(dir, "kubeconfig");
  }

  /** Writes the files into `dir`. @throws when the API gives no token, e.g. as there is no such service account */
  static async create(api: KubeApi, ca: string, pod: Pod, dir: string): Promise<PodCredentials> {
    const credentials = new PodCredentials(api, pod, dir);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await credentials.#renew();
    const config = podKubeconfig(api.server, ca, credentials.#tokenFile, pod.metadata.namespace ?? "default");
    await writeFile(credentials.kubeconfig, config, { mode: 0o600 });
    return credentials;
  }

  /** Ends the renewals. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #renew(): Promise<void> {
    const { name, namespace = "default", uid } = this.#pod.metadata;
    const account = this.#pod.spec.serviceAccountName ?? "default";
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
    const { status } = await this.#api.post<TokenRequest>(path, {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {
        expirationSeconds: LIFETIME_SECONDS,
        boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
      },
    });
    await writeAtomically(this.#tokenFile, status.token);
    this.#renewIn(renewalSeconds(status.expirationTimestamp, Date.now()));
  }

  #renewIn(seconds: number): void {
    this.stop();
    this.#timer = setTimeout(() => {
      this.#renew().catch((error: unknown) => {
        console.error(
          `${this.#pod.metadata.name}: token not renewed, trying again in ${RETRY_SECONDS} s:`,
          error,
        );
        this.#renewIn(RETRY_SECONDS);
      });
    }, seconds * 1000);
  }
}

/** Seconds until a token is to be renewed: four fifths of what is left, at least ten seconds. */
export function renewalSeconds(expiration: string, now: number): number {
  return Math.max(RETRY_SECONDS, ((Date.parse(expiration) - now) / 1000) * 0.8);
}

/** The text of a kubeconfig whose token is read from a file, and read again by client-go as it changes. */
export function podKubeconfig(server: string, ca: string, tokenFile: string, namespace: string): string {
  const name = "lab";
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      { name, cluster: { server, "certificate-authority-data": Buffer.from(ca).toString("base64") } },
    ],
    users: [{ name, user: { tokenFile } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
  });
}
