import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ownsNothing } from "../cluster/deletion.ts";
import { clusterHooks, requireKubernetesProvider } from "../cluster/provider.ts";
import type { GitHost, HostedRepository } from "../git/git-host.ts";
import {
  alertKind,
  notificationProviderKind,
  statusAlertSpec,
  statusProviderSpec,
} from "./commit-status-spec.ts";
import { FluxResource } from "./flux-resource.ts";

export interface CommitStatusArgs {
  readonly host: GitHost;
  /** The repository whose commits get the statuses. */
  readonly repository: HostedRepository;
  /** Token that may set commit statuses there; secret. */
  readonly token: pulumi.Output<string>;
  /** Names of the Provider and of the Alert. */
  readonly objectName: string;
  /** Names of the syncs that are reported. */
  readonly syncs: readonly string[];
  /** Namespace of the syncs, and so of Provider and Alert. */
  readonly namespace: pulumi.Input<string>;
  /**
   * What is made before them and goes after them: Flux's controllers.
   * @default nothing
   */
  readonly after?: readonly pulumi.Resource[];
}

/**
 * Says on the Git host, as a status of the commit, how each sync of a source fared: a Provider, an Alert, and the Secret
 * with the host's token. A new token changes the Secret in place, and is used from the next status on.
 */
export class CommitStatus extends pulumi.ComponentResource {
  /** The Alert: what comes after it is reported from its first reconciliation on. */
  readonly alert: pulumi.Resource;

  constructor(name: string, args: CommitStatusArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:index:CommitStatus", name, {}, opts);
    requireKubernetesProvider(this, "CommitStatus", name);
    const { host, repository, token, objectName, syncs, namespace, after = [] } = args;
    const object = { parent: this, hooks: clusterHooks(this), dependsOn: [...after] };

    const secret = new k8s.core.v1.Secret(
      `${name}-token`,
      {
        metadata: { name: `${objectName}-status-token`, namespace, annotations: ownsNothing },
        type: "Opaque",
        stringData: { token: pulumi.secret(token) },
      },
      object,
    );
    // Neither has a status to wait for: https://fluxcd.io/flux/components/notification/providers/
    const provider = new FluxResource(
      `${name}-provider`,
      {
        ...notificationProviderKind,
        metadata: { name: objectName, namespace },
        spec: statusProviderSpec<pulumi.Input<string>>({
          type: host.kind,
          address: repository.httpUrl,
          secretName: secret.metadata.name,
          stack: pulumi.getStack(),
        }),
      },
      patience,
      object,
    );
    this.alert = new FluxResource(
      `${name}-alert`,
      { ...alertKind, metadata: { name: objectName, namespace }, spec: statusAlertSpec(objectName, syncs) },
      patience,
      { ...object, dependsOn: [...after, provider] },
    );
    this.registerOutputs({});
  }
}

/** How long an object that nothing is waited for may take to be made, or to be gone. */
const patience = "1m";
