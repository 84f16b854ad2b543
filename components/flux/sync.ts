import * as pulumi from "@pulumi/pulumi";
import { clusterHooks, requireKubernetesProvider } from "../cluster/provider.ts";
import { subdomainProblem } from "../names.ts";
import { refuse } from "../problems.ts";
import { problemAt } from "./fields.ts";
import { FluxResource } from "./flux-resource.ts";
import {
  type KustomizationOptions,
  awaitDuration,
  awaitReady,
  kustomizationDefaults,
  kustomizationKind,
  kustomizationSpec,
} from "./kinds.ts";

export interface SyncArgs extends KustomizationOptions<pulumi.Input<string>> {
  /** Name of the Kustomization. */
  readonly objectName: string;
  /** Namespace of the sync. */
  readonly namespace: pulumi.Input<string>;
  /**
   * What is made before the sync and goes after it: Flux's controllers, and syncs that it depends on.
   *
   * An edge of its own and not one of a property, since Pulumi replaces what takes a property from a resource that it
   * deletes before making it anew; and a sync that goes takes its workloads along.
   * @default nothing
   */
  readonly after?: readonly pulumi.Resource[];
  /**
   * Whether `pulumi up` waits until the sync is Ready. A suspended sync never gets there and is not waited for.
   * @default true
   */
  readonly awaitReady?: boolean;
}

/** Defaults of {@link SyncArgs}; those of the Kustomization are `kustomizationDefaults`. */
export const syncDefaults = { awaitReady: true } as const;

/**
 * A sync: the Kustomization that applies a directory of a source. `pulumi up` ends when it is Ready, which with
 * `wait` means that everything it applied is healthy; deleting it ends when everything it applied is gone.
 *
 * @throws Error listing everything that is wrong with the arguments
 */
export class Sync extends pulumi.ComponentResource {
  /** The Kustomization, there when it is Ready: for what comes after it. */
  readonly kustomization: pulumi.Resource;
  /** Name of the Kustomization, known when it is Ready. */
  readonly objectName: pulumi.Output<string>;
  /** Revision that was applied when Pulumi last looked, as in "main@sha1:1f0c…"; undefined before the first. */
  readonly revision: pulumi.Output<string | undefined>;

  constructor(name: string, args: SyncArgs, opts?: pulumi.ComponentResourceOptions) {
    const {
      objectName,
      namespace,
      after = [],
      awaitReady: wanted = syncDefaults.awaitReady,
      ...options
    } = args;
    refuse(`Sync "${name}" cannot be made`, problemAt(`${name}.objectName`, subdomainProblem(objectName)));
    const spec = kustomizationSpec<pulumi.Input<string>>(options, name);

    super("slipway:index:Sync", name, {}, opts);
    requireKubernetesProvider(this, "Sync", name);
    const awaited = wanted && !(args.suspend ?? kustomizationDefaults.suspend);
    const metadata = { name: objectName, namespace, ...(awaited ? { annotations: awaitReady } : {}) };
    const kustomization = new FluxResource<{ readonly lastAppliedRevision?: string }>(
      `${name}-kustomization`,
      { ...kustomizationKind, metadata, spec },
      awaitDuration(spec.timeout, spec.retryInterval),
      { parent: this, hooks: clusterHooks(this), dependsOn: [...after] },
    );
    this.kustomization = kustomization;
    this.objectName = kustomization.metadata.name;
    this.revision = kustomization.status.apply((status) => status?.lastAppliedRevision);
    this.registerOutputs({ objectName: this.objectName, revision: this.revision });
  }
}
