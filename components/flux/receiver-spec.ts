/** What a Receiver is told, and where it then listens. Pure: no Pulumi here. */
import { createHash } from "node:crypto";

/** The kind of Flux's webhook receivers: https://fluxcd.io/flux/components/notification/receivers/ */
export const receiverKind = {
  apiVersion: "notification.toolkit.fluxcd.io/v1",
  kind: "Receiver",
} as const;

/** Senders that a Receiver knows: their own way to prove who they are, and what they call a push. */
const senders = {
  // GitHub says hello to a new webhook; refused, it would show the webhook as failed. A tag is a push as well.
  github: ["ping", "push"],
  gitlab: ["Push Hook", "Tag Push Hook"],
} as const;

/** A kind of Git host whose webhooks a Receiver takes. */
export type SenderKind = keyof typeof senders;

/** A GitRepository, and what of the repository it follows: one of the three. */
export interface FollowedSource {
  /** Name of the GitRepository. */
  readonly name: string;
  readonly branch?: string | undefined;
  readonly tag?: string | undefined;
  readonly semver?: string | undefined;
}

/** The spec of a Receiver. */
export interface ReceiverSpec<Text = string> {
  readonly type: SenderKind;
  readonly events: readonly string[];
  readonly interval: string;
  readonly secretRef: { readonly name: Text };
  readonly resources: readonly { readonly kind: "GitRepository"; readonly name: string }[];
  readonly resourceFilter: string;
}

/**
 * The spec of a Receiver that has sources looked at when something is pushed that one of them follows.
 *
 * @param secretName Secret in the Receiver's namespace whose `token` the sender has to know
 */
export function receiverSpec<Text>(
  type: SenderKind,
  sources: readonly FollowedSource[],
  secretName: Text,
): ReceiverSpec<Text> {
  return {
    type,
    events: [...senders[type]],
    // Flux's own default. The cluster would fill it in.
    interval: "10m",
    secretRef: { name: secretName },
    resources: sources.map(({ name }) => ({ kind: "GitRepository", name })),
    resourceFilter: pushFilter(sources),
  };
}

/**
 * An expression that holds for pushes of the refs that sources follow. A greeting has no ref.
 * https://fluxcd.io/flux/components/notification/receivers/#filtering-reconciled-objects-with-cel
 */
export function pushFilter(sources: readonly FollowedSource[]): string {
  const branches = sources.flatMap(({ branch }) => (branch === undefined ? [] : [`refs/heads/${branch}`]));
  const tags = sources.flatMap(({ tag }) => (tag === undefined ? [] : [`refs/tags/${tag}`]));
  const refs = [...new Set([...branches, ...tags])].map((ref) => `'${ref}'`);
  const conditions = [
    ...(refs.length > 0 ? [`req.ref in [${refs.join(", ")}]`] : []),
    ...(sources.some(({ semver }) => semver !== undefined) ? ["req.ref.startsWith('refs/tags/')"] : []),
  ];
  return `has(req.ref) && (${conditions.join(" || ")})`;
}

/**
 * The path at which notification-controller takes the requests for a Receiver; the same as its `status.webhookPath`.
 * https://github.com/fluxcd/notification-controller/blob/v1.9.2/api/v1/receiver_types.go (GetWebhookPath)
 */
export function webhookPath(token: string, name: string, namespace: string): string {
  return `/hook/${createHash("sha256").update(`${token}${name}${namespace}`).digest("hex")}`;
}

/** The address of a webhook: the path below that at which the Git host reaches the receiver's Service. */
export function webhookUrl(address: string, path: string): string {
  return `${address.replace(/\/+$/, "")}${path}`;
}

/**
 * A webhook's token out of a private key, which is 32 random bytes in a resource that Slipway has at hand. Whoever knows
 * the one does not learn the other.
 *
 * @param privateKeyPem in PKCS#8's form
 */
export function tokenOfKey(privateKeyPem: string): string {
  return createHash("sha256").update(`slipway webhook token\n${privateKeyPem.trim()}`).digest("hex");
}

/**
 * The name of a repository's Receiver, and of its Secret. It changes with the token: so the new one listens before the old
 * one goes, and no push falls between the two.
 *
 * @param publicKey of the key that the token comes from, in OpenSSH's form
 */
export function receiverName(repository: string, publicKey: string): string {
  const [type = "", body = ""] = publicKey.trim().split(/\s+/);
  const fingerprint = createHash("sha256").update(`${type} ${body}`).digest("hex").slice(0, 10);
  // A repository's name may have capitals, underscores, and dots beside dashes; an object's may not.
  const stem = repository
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return `${stem === "" ? "repository" : stem}-${fingerprint}`;
}
