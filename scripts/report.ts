/** What is where: read from the cluster and the Git host, not from Pulumi's state. */
import { hosted, type HostKind } from "./hosted.ts";
import { conditionOf, imageOf, objects, type KubeObject } from "./kubectl.ts";
import { table } from "./table.ts";

/** The platform as the cluster and the Git host show it. */
export async function report(
  env: Readonly<Record<string, string>>,
  kind: HostKind = "github",
): Promise<string> {
  const [namespaces, deployments, sources, syncs, workloads, repositories] = await Promise.all([
    objects(env, "namespaces"),
    objects(env, "deployments", "--namespace", "flux-system"),
    objects(env, "gitrepositories.source.toolkit.fluxcd.io", "--all-namespaces"),
    objects(env, "kustomizations.kustomize.toolkit.fluxcd.io", "--all-namespaces"),
    objects(env, "deployments,statefulsets,daemonsets", "--all-namespaces"),
    hosted(kind, env),
  ]);
  return [
    table("Namespaces", ["name", "pod security", "status"], ours(namespaces).map(namespaceRow)),
    table("Flux controllers", ["name", "version", "available"], deployments.map(controllerRow)),
    table(
      "Repositories",
      ["name", "visibility", "url"],
      repositories.map(({ name, visibility, url }) => [name, visibility, url]),
    ),
    table(
      "Deploy keys",
      ["repository", "title", "access", "fingerprint"],
      repositories.flatMap(({ keys }) => keys),
    ),
    table(
      "CI variables",
      ["repository", "name", "kind"],
      repositories.flatMap(({ variables }) => variables),
    ),
    table("Sources", ["name", "url", "revision", "ready"], sources.map(sourceRow)),
    table("Syncs", ["name", "path", "revision", "health"], syncs.map(syncRow)),
    table(
      "Workloads",
      ["namespace", "kind", "name", "image", "ready"],
      workloads.filter(({ metadata }) => metadata.namespace !== "flux-system").map(workloadRow),
    ),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const ours = (namespaces: readonly KubeObject[]) =>
  namespaces.filter(({ metadata }) => metadata.name !== "default" && !metadata.name.startsWith("kube-"));

function namespaceRow({ metadata, status }: KubeObject): string[] {
  const { labels = {} } = metadata;
  const level =
    labels["pod-security.kubernetes.io/enforce"] ?? labels["pod-security.kubernetes.io/warn"] ?? "-";
  return [metadata.name, level, status?.phase ?? "-"];
}

function controllerRow(controller: KubeObject): string[] {
  const version = imageOf(controller)?.split(":").at(-1) ?? "-";
  const { spec, status } = controller;
  return [controller.metadata.name, version, `${status?.availableReplicas ?? 0}/${spec?.replicas ?? 1}`];
}

const shortRevision = (revision: string | undefined) =>
  revision?.replace(/(sha1:[0-9a-f]{8})[0-9a-f]+$/, "$1") ?? "-";

function sourceRow(source: KubeObject): string[] {
  const { metadata, spec, status } = source;
  const ready = conditionOf(source, "Ready")?.status ?? "Unknown";
  return [metadata.name, spec?.url ?? "-", shortRevision(status?.artifact?.revision), ready];
}

function syncRow(sync: KubeObject): string[] {
  const { metadata, spec, status } = sync;
  return [metadata.name, spec?.path ?? "-", shortRevision(status?.lastAppliedRevision), health(sync)];
}

function health(sync: KubeObject): string {
  if (sync.spec?.suspend === true) return "suspended";
  const ready = conditionOf(sync, "Ready");
  return ready?.status === "True" ? "healthy" : (ready?.message ?? "unknown");
}

function workloadRow(workload: KubeObject): string[] {
  const { kind, metadata, spec, status } = workload;
  const wanted = spec?.replicas ?? status?.desiredNumberScheduled ?? 1;
  const available = status?.readyReplicas ?? status?.numberReady ?? 0;
  return [metadata.namespace ?? "", kind, metadata.name, imageOf(workload) ?? "-", `${available}/${wanted}`];
}
