/** What is where: read from the cluster and the Git host, not from Pulumi's state. */
import { listAll } from "../lab/github-list.ts";
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

/** The owner's repositories by name, with the names of what they hold, by GitHub's REST API. */
async function hosted(env: Readonly<Record<string, string>>): Promise<Hosted[]> {
  const access = { baseUrl: env["GITHUB_BASE_URL"] ?? "", token: env["GITHUB_TOKEN"] ?? "" };
  const owner = env["GITHUB_OWNER"] ?? "";
  const list = <T>(path: string, member?: string) => listAll<T>(access, path, member);
  const repositories = await list<{ name: string; visibility: string; html_url: string }>(
    `/orgs/${owner}/repos`,
  );
  return await Promise.all(
    repositories.sort(byName).map(async ({ name, visibility, html_url: url }) => {
      const at = `/repos/${owner}/${name}`;
      const [keys, variables, secrets] = await Promise.all([
        list<{ title: string; key: string; read_only: boolean }>(`${at}/keys`),
        list<{ name: string }>(`${at}/actions/variables`, "variables"),
        list<{ name: string }>(`${at}/actions/secrets`, "secrets"),
      ]);
      const rows = keys.map(async ({ title, key, read_only: readOnly }) => [
        ...[name, title, readOnly ? "read" : "read and write"],
        await fingerprint(key),
      ]);
      return {
        ...{ name, visibility, url },
        keys: (await Promise.all(rows)).sort(byCells),
        variables: [
          ...variables.sort(byName).map((variable) => [name, variable.name, "variable"]),
          ...secrets.sort(byName).map((secret) => [name, secret.name, "secret"]),
        ],
      };
    }),
  );
}

/** By the characters' codes, so that the order is the same in every locale. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byName = (a: { readonly name: string }, b: { readonly name: string }) => compare(a.name, b.name);
const byCells = (a: readonly string[], b: readonly string[]) => compare(a.join("\0"), b.join("\0"));

/** SHA-256 of a public key as `ssh-keygen -l` shows it. */
async function fingerprint(key: string): Promise<string> {
  const blob = Buffer.from(key.split(" ")[1] ?? "", "base64");
  const digest = Buffer.from(await crypto.subtle.digest("SHA-256", blob));
  return `SHA256:${digest.toString("base64").replace(/=+$/, "")}`;
}
