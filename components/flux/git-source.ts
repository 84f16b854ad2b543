import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ownsNothing } from "../cluster/deletion.ts";
import { madeBy, removeLostObjects, secretKind } from "../cluster/lost-objects.ts";
import { clusterHooks, clusterProvider, requireKubernetesProvider } from "../cluster/provider.ts";
import { subdomainProblem } from "../names.ts";
import { refuse } from "../problems.ts";
import { problemAt } from "./fields.ts";
import { FluxResource } from "./flux-resource.ts";
import {
  type GitRepositoryOptions,
  awaitDuration,
  awaitReady,
  gitRepositoryKind,
  gitRepositorySpec,
  urlProblem,
} from "./kinds.ts";

/** A deploy key and the host that takes it. */
export interface SshCredentials {
  readonly kind: "ssh";
  /** Private key in OpenSSH's form. A secret, whether marked so or not. */
  readonly privateKeyOpenssh: pulumi.Input<string>;
  /** Public key, one line: "ssh-ed25519 AAAA…". */
  readonly publicKey: pulumi.Input<string>;
  /** The host's keys, as lines of known_hosts. */
  readonly knownHosts: pulumi.Input<string>;
}

/** User and password, or token, for an https address. */
export interface HttpsCredentials {
  readonly kind: "https";
  readonly username: pulumi.Input<string>;
  /** Password or token. A secret, whether marked so or not. */
  readonly password: pulumi.Input<string>;
}

export type GitCredentials = SshCredentials | HttpsCredentials;

export interface GitSourceArgs extends Omit<GitRepositoryOptions<pulumi.Input<string>>, "secretName"> {
  /** Name of the GitRepository. */
  readonly objectName: string;
  /** Namespace of the source. */
  readonly namespace: pulumi.Input<string>;
  /**
   * What is made before the source and goes after it: Flux's controllers. See `after` of `SyncArgs`.
   * @default nothing
   */
  readonly after?: readonly pulumi.Resource[];
  /**
   * What the host asks of a reader.
   * @default none: the repository is public, and no Secret is made
   */
  readonly credentials?: GitCredentials;
}

/**
 * A Git repository that Flux follows: the GitRepository and, where credentials are given, their Secret.
 *
 * A new key makes a new Secret, under a name with the fingerprint of public key and known hosts; the source moves to
 * it, is awaited until it is Ready again, and only then the old Secret goes: no fetch fails in between. A new https
 * password changes the Secret in place, and is used from the next fetch on. The Secret of a state that is lost goes when the source,
 * which is taken over, has moved to the new one.
 *
 * @throws Error listing everything that is wrong with the arguments
 */
export class GitSource extends pulumi.ComponentResource {
  /** Name of the GitRepository, known when it is Ready: what a sync refers to. */
  readonly objectName: pulumi.Output<string>;
  /** Name of the Secret; undefined for a public repository. */
  readonly secretName: pulumi.Output<string> | undefined;
  /** Revision that was fetched when Pulumi last looked, as in "main@sha1:1f0c…"; undefined before the first. */
  readonly revision: pulumi.Output<string | undefined>;

  constructor(name: string, args: GitSourceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { objectName, namespace, after = [], credentials, ...options } = args;
    refuse(
      `GitSource "${name}" cannot be made`,
      problemAt(`${name}.objectName`, subdomainProblem(objectName)),
    );
    const url = pulumi.output(args.url).apply((address) => checkedUrl(address, name));
    const spec = gitRepositorySpec<pulumi.Input<string>>({ ...options, url }, name);

    super("slipway:index:GitSource", name, {}, opts);
    requireKubernetesProvider(this, "GitSource", name);
    this.secretName = credentials && this.#secret(name, args, credentials);
    const secretRef = this.secretName && { secretRef: { name: this.secretName } };
    const annotations = args.suspend === true ? {} : { annotations: awaitReady };
    const repository = new FluxResource<{ readonly artifact?: { readonly revision?: string } }>(
      `${name}-repository`,
      {
        ...gitRepositoryKind,
        metadata: { name: objectName, namespace, ...annotations },
        spec: { ...spec, ...secretRef },
      },
      awaitDuration(spec.timeout, retryPause),
      {
        parent: this,
        hooks: { ...clusterHooks(this), ...this.#lostSecrets(name, args) },
        dependsOn: [...after],
      },
    );
    this.objectName = repository.metadata.name;
    this.revision = repository.status.apply((status) => status?.artifact?.revision);
    this.registerOutputs({
      objectName: this.objectName,
      secretName: this.secretName,
      revision: this.revision,
    });
  }

  #secret(
    name: string,
    { objectName, namespace, after = [] }: GitSourceArgs,
    credentials: GitCredentials,
  ): pulumi.Output<string> {
    // Another key has another Secret: of a state that is lost, one is known by this alone.
    const mark = credentials.kind === "ssh" ? madeBy(name) : {};
    const annotations = { ...ownsNothing, ...mark };
    const secret = new k8s.core.v1.Secret(
      `${name}-credentials`,
      {
        metadata: { name: secretName(objectName, credentials), namespace, annotations },
        type: "Opaque",
        // The SDK marks all of it as secret, here and in the outputs.
        stringData: secretData(credentials),
      },
      { parent: this, hooks: clusterHooks(this), dependsOn: [...after] },
    );
    return secret.metadata.name;
  }

  /** The cluster is asked only where a source was there before this run made it: it has changed since it was first made. */
  #lostSecrets(name: string, { namespace, credentials }: GitSourceArgs): pulumi.ResourceHookBinding {
    const cluster = clusterProvider(this);
    if (cluster === undefined || credentials?.kind !== "ssh") return {};
    const remove: pulumi.ResourceHookFunction = async ({ newOutputs }) => {
      const { generation } = (newOutputs?.["metadata"] ?? {}) as { readonly generation?: number };
      if (generation === 1) return;
      if (this.secretName === undefined) return;
      const objects = { component: name, kinds: [secretKind], namespace, name: this.secretName };
      await removeLostObjects(cluster, objects);
    };
    return { afterCreate: [new pulumi.ResourceHook(`${name}-lost-secrets`, remove, { ignoreErrors: true })] };
  }
}

/** Time for which source-controller's growing pauses between failed fetches are waited for. */
const retryPause = "1m";

/** The keys that source-controller reads: https://fluxcd.io/flux/components/source/gitrepositories/#secret-reference */
function secretData(credentials: GitCredentials): Record<string, pulumi.Input<string>> {
  if (credentials.kind === "https") {
    return { username: credentials.username, password: credentials.password };
  }
  return {
    identity: credentials.privateKeyOpenssh,
    "identity.pub": credentials.publicKey,
    known_hosts: credentials.knownHosts,
  };
}

/** Nothing of a secret goes into the name: a password's Secret has none of its fingerprint. */
function secretName(objectName: string, credentials: GitCredentials): pulumi.Input<string> {
  if (credentials.kind === "https") return `${objectName}-credentials`;
  return pulumi
    .all([credentials.publicKey, credentials.knownHosts])
    .apply(([publicKey, knownHosts]) => `${objectName}-${keyFingerprint(publicKey, knownHosts)}`);
}

/** Ten hex digits that change with the key or the host's keys, and not with a comment or a line's end. */
export function keyFingerprint(publicKey: string, knownHosts: string): string {
  const [type = "", body = ""] = publicKey.trim().split(/\s+/);
  return createHash("sha256").update(`${type} ${body}\n${knownHosts.trim()}\n`).digest("hex").slice(0, 10);
}

/** The address as it is, or an error that says what is wrong with it and does not print it. */
function checkedUrl(url: string, name: string): string {
  refuse(`GitSource "${name}" cannot be made`, problemAt(`${name}.url`, urlProblem(url)));
  return url;
}
