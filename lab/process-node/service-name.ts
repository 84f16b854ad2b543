/** A Service named by a host name of the cluster's DNS. */
export interface ServiceName {
  readonly service: string;
  readonly namespace: string;
}

/**
 * The Service that a host name means, in the forms `svc.ns.svc`, `svc.ns.svc.cluster.local` and with a final dot, or
 * undefined for every other name. The short forms depend on a pod's own namespace, which a proxy does not know.
 * @see https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/
 */
export function parseServiceHost(host: string, clusterDomain = "cluster.local"): ServiceName | undefined {
  const name = host.toLowerCase().replace(/\.$/, "");
  const suffix = `.svc.${clusterDomain}`;
  const stem = name.endsWith(suffix)
    ? name.slice(0, -suffix.length)
    : name.endsWith(".svc")
      ? name.slice(0, -4)
      : undefined;
  const [service, namespace, ...more] = stem?.split(".") ?? [];
  const label = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
  if (service === undefined || namespace === undefined || more.length > 0) return undefined;
  return label.test(service) && label.test(namespace) ? { service, namespace } : undefined;
}
