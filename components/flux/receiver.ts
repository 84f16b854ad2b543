import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { ownsNothing } from "../cluster/deletion.ts";
import { type LostObject, madeBy, removeLostObjects, secretKind } from "../cluster/lost-objects.ts";
import { clusterHooks, clusterProvider, requireKubernetesProvider } from "../cluster/provider.ts";
import type { GitHost, HostedRepository, WebhookArgs } from "../git/git-host.ts";
import type { KeyPlan } from "../git/keys/key-life.ts";
import { stackName } from "../stack-name.ts";
import { FluxResource } from "./flux-resource.ts";
import { awaitDuration, awaitReady } from "./kinds.ts";
import {
  type FollowedSource,
  receiverKind,
  receiverName,
  receiverSpec,
  tokenOfKey,
  webhookPath,
  webhookUrl,
} from "./receiver-spec.ts";

export interface ReceiverArgs {
  readonly host: GitHost;
  /** The repository whose pushes count. */
  readonly repository: HostedRepository;
  /** The GitRepositories that follow it. */
  readonly sources: readonly FollowedSource[];
  /** Where the Git host reaches the Service webhook-receiver: `https://flux.example.com`. */
  readonly address: string;
  /** Namespace of the sources, and so of the Receiver. */
  readonly namespace: pulumi.Input<string>;
  /**
   * What is made before the Receiver and goes after it: Flux's controllers.
   * @default nothing
   */
  readonly after?: readonly pulumi.Resource[];
  /**
   * What becomes of its token in this run.
   * @default it stays as it is
   */
  readonly plan?: KeyPlan | undefined;
  /**
   * Whether one of a state that is lost may be there, and goes when this one is made: so far no run of the stack
   * has come to its end. Where it may not, the one that is there is the state's own, about to be replaced.
   * @default false
   */
  readonly mayBeLost?: boolean;
}

/**
 * Has Flux look at a repository as soon as something is pushed to it: a Receiver, the token that it shares with the Git
 * host, and the host's webhook.
 *
 * A new token, by a plan with another generation or by a new `NAME-token`, makes a new Secret and a new Receiver; when that is
 * Ready the webhook turns to it, and only then the old ones go: no push is missed in between.
 */
export class Receiver extends pulumi.ComponentResource {
  /** SHA-256 of the public key whose private half the token is made from. It tells one token from the next, and nothing of it. */
  readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: ReceiverArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:index:Receiver", name, {}, opts);
    requireKubernetesProvider(this, "Receiver", name);
    const { host, repository, sources, address, namespace, after = [], plan, mayBeLost = false } = args;
    const mark = madeBy(name);
    const object = { parent: this, hooks: clusterHooks(this), dependsOn: [...after] };

    const key = new tls.PrivateKey(
      `${name}-token`,
      { algorithm: "ED25519" },
      // The engine compares it with that of the last run; where that had none, nothing is replaced.
      { parent: this, ...(plan && { replacementTrigger: plan.generation }) },
    );
    const token = pulumi.secret(key.privateKeyPem.apply(tokenOfKey));
    const objectName = key.publicKeyOpenssh.apply((publicKey) =>
      receiverName(repository.repository, publicKey),
    );
    const secret = new k8s.core.v1.Secret(
      `${name}-secret`,
      {
        metadata: { name: objectName, namespace, annotations: { ...ownsNothing, ...mark } },
        type: "Opaque",
        stringData: { token },
      },
      object,
    );
    const receiver = new FluxResource(
      `${name}-object`,
      {
        ...receiverKind,
        metadata: { name: objectName, namespace, annotations: { ...awaitReady, ...mark } },
        spec: receiverSpec(host.kind, sources, secret.metadata.name),
      },
      awaitDuration("30s", "30s"),
      object,
    );

    // An earlier Receiver would hold up a `destroy` for ever: nobody is left then who takes its finalizer away.
    const cluster = mayBeLost ? clusterProvider(this) : undefined;
    const removeLost: WebhookArgs["removeLost"] =
      cluster &&
      (async (removeWebhook) => {
        const objects = { component: name, kinds: [receiverKind, secretKind], namespace, name: objectName };
        await removeLostObjects(cluster, objects, async (lost) => {
          const path = listensAt(lost);
          if (path !== undefined) await removeWebhook(webhookUrl(address, path));
        });
      });
    const branches = sources.map(({ branch }) => branch);
    const url = pulumi
      .all([token, receiver.metadata.name, receiver.metadata.namespace])
      .apply(([text, ...where]) => webhookUrl(address, webhookPath(text, ...where)));
    host.webhook(
      `${name}-webhook`,
      {
        repository,
        url,
        token,
        title: `${stackName()}: Flux`,
        branches: branches.filter((branch) => branch !== undefined),
        tags: branches.includes(undefined),
        ...(removeLost && { removeLost }),
      },
      { parent: this },
    );
    this.fingerprint = key.publicKeyFingerprintSha256;
    this.registerOutputs({ fingerprint: this.fingerprint });
  }
}

/** Where a Receiver listens, by its status; a Secret does not. */
function listensAt({ status }: LostObject): string | undefined {
  return (status as { readonly webhookPath?: string } | undefined)?.webhookPath;
}
