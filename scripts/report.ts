/** What is where: read from the cluster and the Git host, not from Pulumi's state. */
import { conditionOf, imageOf, objects, type KubeObject } from "./kubectl.ts";
import { table } from "./table.ts";

/** The platform as the cluster and the Git host show it. */
export async function report(env: Readonly<Record<string, string>>): Promise<string> {
  const [namespaces, deployments, sources, syncs, workloads, repositories] = await Promise.all([
    objects(env, "namespaces"),
    objects(env, "deployments", "--namespace", "flux-system"),
    objects(env, "gitrepositories.source.toolkit.fluxcd.io", "--all-namespaces"),
    objects(env, "kustomizations.kustomize.toolkit.fluxcd.io", "--all-namespaces"),
    objects(env, "deployments,statefulsets,daemonsets", "--all-namespaces"),
    hosted(env),
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

interface Hosted {
  readonly name: string;
  readonly visibility: string;
  readonly url: string;
  readonly keys: string[][];
  readonly variables: string[][];
}

/** The owner's repositories, with the names of what they hold, by GitHub's REST API. */
async function hosted(env: Readonly<Record<string, string>>): Promise<Hosted[]> {
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${env["GITHUB_BASE_URL"] ?? ""}api/v3${path}`, {
      headers: {
        authorization: `Bearer ${env["GITHUB_TOKEN"] ?? ""}`,
        accept: "application/vnd.github+json",
      },
    });
    if (!response.ok) throw new Error(`${path}: the Git host answers ${response.status}`);
    return (await response.json()) as T;
  };
  const owner = env["GITHUB_OWNER"] ?? "";
  const repositories = await get<{ name: string; visibility: string; html_url: string }[]>(
    `/orgs/${owner}/repos`,
  );
  return await Promise.all(
    repositories.map(async ({ name, visibility, html_url: url }) => {
      const at = `/repos/${owner}/${name}`;
      const [keys, { variables }, { secrets }] = await Promise.all([
        get<{ title: string; key: string; read_only: boolean }[]>(`${at}/keys`),
        get<{ variables: { name: string }[] }>(`${at}/actions/variables`),
        get<{ secrets: { name: string }[] }>(`${at}/actions/secrets`),
      ]);
      return {
        name,
        visibility,
        url,
        keys: await Promise.all(
          keys.map(async (key) => [
            name,
            key.title,
            key.read_only ? "read" : "read and write",
            await fingerprint(key.key),
          ]),
        ),
        variables: [
          ...variables.map((variable) => [name, variable.name, "variable"]),
          ...secrets.map((secret) => [name, secret.name, "secret"]),
        ],
      };
    }),
  );
}

/** SHA-256 of a public key as `ssh-keygen -l` shows it. */
async function fingerprint(key: string): Promise<string> {
  const blob = Buffer.from(key.split(" ")[1] ?? "", "base64");
  const digest = Buffer.from(await crypto.subtle.digest("SHA-256", blob));
  return `SHA256:${digest.toString("base64").replace(/=+$/, "")}`;
}
