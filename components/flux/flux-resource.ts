import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ownsNothing } from "../cluster/deletion.ts";

export interface FluxResourceArgs {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: pulumi.Input<string>;
    readonly namespace: pulumi.Input<string>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: object;
}

/** An object of one of Flux's kinds, whose status is an output. It is gone when its finalizers are. */
export class FluxResource<Status extends object> extends k8s.apiextensions.CustomResource {
  /** The object's status as it was when Pulumi last created, changed or refreshed it; undefined before that. */
  declare readonly status: pulumi.Output<Status | undefined>;

  /**
   * @param timeout how long to wait for the object to be created, changed or gone: a Go duration
   */
  constructor(name: string, args: FluxResourceArgs, timeout: string, opts: pulumi.CustomResourceOptions) {
    const { apiVersion, kind, spec } = args;
    const metadata = { ...args.metadata, annotations: { ...ownsNothing, ...args.metadata.annotations } };
    super(
      name,
      // A field that is named gets an output; without a value nothing is sent.
      { apiVersion, kind, metadata, spec, status: undefined },
      pulumi.mergeOptions(opts, { customTimeouts: { create: timeout, update: timeout, delete: timeout } }),
    );
  }
}
