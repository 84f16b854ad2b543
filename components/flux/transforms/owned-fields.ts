import type { FluxObject } from "../objects.ts";

/**
 * Drops the fields that the cluster's own controllers write, so that no field has two writers: `status`, the rules
 * of a ClusterRole that aggregates others, and the CA bundle of a CRD's conversion webhook.
 */
export function withoutOwnedFields(objects: readonly FluxObject[]): FluxObject[] {
  return objects.map((object) => {
    const rest = without(object, "status");
    const metadata = without(object.metadata, "creationTimestamp");
    return withoutCaBundle(withoutAggregatedRules({ ...rest, metadata }));
  });
}

function withoutAggregatedRules(object: FluxObject): FluxObject {
  const aggregates = object.kind === "ClusterRole" && object["aggregationRule"] !== undefined;
  return aggregates ? without(object, "rules") : object;
}

interface Conversion {
  readonly webhook?: { readonly clientConfig?: Readonly<Record<string, unknown>> };
}

function withoutCaBundle(object: FluxObject): FluxObject {
  const spec = object["spec"] as { readonly conversion?: Conversion } | undefined;
  const webhook = object.kind === "CustomResourceDefinition" ? spec?.conversion?.webhook : undefined;
  if (webhook?.clientConfig === undefined) return object;
  const clientConfig = without(webhook.clientConfig, "caBundle");
  const conversion = { ...spec?.conversion, webhook: { ...webhook, clientConfig } };
  return { ...object, spec: { ...spec, conversion } };
}

/** A copy without one field, which its type does not promise. */
function without<Fields extends object>(fields: Fields, dropped: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => field !== dropped)) as Fields;
}
