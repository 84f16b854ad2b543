/** The program's own way to the cluster, beside Pulumi's provider. No Pulumi here. */
import type * as Client from "@kubernetes/client-node";

/** A client that knows how to reach one cluster. */
export interface Connection {
  /** The client's module: half a second to load, so it is loaded with a connection and not before. */
  readonly client: typeof Client;
  readonly kubeconfig: Client.KubeConfig;
  /** For the client's APIs; each answer is waited for as long as `connect` was told. */
  readonly configuration: Client.Configuration;
  /** The API server's address, for messages. */
  readonly server: string;
}

/**
 * A connection by the kubeconfig that the provider has: KUBECONFIG's files, else ~/.kube/config. Nothing is sent yet.
 *
 * @param context of the kubeconfig; its own current one, unless given
 * @param patienceMs how long one answer may take
 * @throws when there is no such kubeconfig or context
 */
export async function connect(context: string | undefined, patienceMs: number): Promise<Connection> {
  const client = await import("@kubernetes/client-node");
  const kubeconfig = new client.KubeConfig();
  kubeconfig.loadFromDefault();
  if (context !== undefined) kubeconfig.setCurrentContext(context);
  const cluster = kubeconfig.getCurrentCluster();
  if (cluster === null) {
    throw new Error(`the kubeconfig has no context "${kubeconfig.currentContext}" with a cluster`);
  }
  tellExecPlugin(kubeconfig);
  const configuration = client.createConfiguration({
    baseServer: new client.ServerConfiguration(cluster.server, {}),
    authMethods: { default: kubeconfig },
    promiseMiddleware: [
      {
        pre: (request) => {
          request.setSignal(AbortSignal.timeout(patienceMs));
          return Promise.resolve(request);
        },
        post: (response) => Promise.resolve(response),
      },
    ],
  });
  return { client, kubeconfig, configuration, server: cluster.server };
}

/** What kubectl tells a plugin for credentials, and some insist on: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
function tellExecPlugin(kubeconfig: Client.KubeConfig): void {
  const exec = kubeconfig.getCurrentUser()?.exec as
    { apiVersion?: string; env?: { name: string; value: string }[] | null } | undefined;
  if (exec === undefined) return;
  const info = { apiVersion: exec.apiVersion, kind: "ExecCredential", spec: { interactive: false } };
  exec.env = [...(exec.env ?? []), { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }];
}
