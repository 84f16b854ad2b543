/** How notification-controller says on the Git host how a sync fared. Pure: no Pulumi here. */
import type { SenderKind } from "./receiver-spec.ts";

/** The kind of who is told: https://fluxcd.io/flux/components/notification/providers/ */
export const notificationProviderKind = {
  apiVersion: "notification.toolkit.fluxcd.io/v1beta3",
  kind: "Provider",
} as const;

/** The kind of what they are told: https://fluxcd.io/flux/components/notification/alerts/ */
export const alertKind = { apiVersion: "notification.toolkit.fluxcd.io/v1beta3", kind: "Alert" } as const;

/** The spec of a Provider that sets commit statuses. */
export interface StatusProviderSpec<Text = string> {
  readonly type: SenderKind;
  readonly address: Text;
  readonly secretRef: { readonly name: Text };
  readonly commitStatusExpr: string;
}

/** The spec of an Alert. */
export interface AlertSpec {
  readonly providerRef: { readonly name: string };
  readonly eventSeverity: "info";
  readonly eventSources: readonly { readonly kind: "Kustomization"; readonly name: string }[];
}

/** What the status of a sync is called on the host, for a required check. Syncs of a stack have names of their own. */
export const statusContext = (stack: string, sync: string): string => `flux/${stack}/${sync}`;

/**
 * The spec of a Provider.
 *
 * @param options.address of the repository by HTTP: the controller finds owner, name and API by it, below `api/v3` or `api/v4`
 *   of any host but github.com:
 *   https://github.com/fluxcd/notification-controller/blob/v1.9.2/internal/notifier/github_helpers.go
 * @param options.secretName Secret in the Provider's namespace whose `token` may set statuses
 */
export function statusProviderSpec<Text>(options: {
  readonly type: SenderKind;
  readonly address: Text;
  readonly secretName: Text;
  readonly stack: string;
}): StatusProviderSpec<Text> {
  const { type, address, secretName, stack } = options;
  return {
    type,
    address,
    secretRef: { name: secretName },
    // Flux's own name ends with a part of the Provider's uid, which nobody could require before it is there.
    commitStatusExpr: `'${statusContext(stack, "")}' + event.involvedObject.name`,
  };
}

/**
 * The spec of an Alert for syncs: success when a sync is applied and, with `wait`, healthy; failure when it is not.
 * Severity `info` lets through both.
 */
export function statusAlertSpec(provider: string, syncs: readonly string[]): AlertSpec {
  return {
    providerRef: { name: provider },
    eventSeverity: "info",
    eventSources: syncs.map((name) => ({ kind: "Kustomization", name })),
  };
}
