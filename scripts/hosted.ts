/** What is on a Git host of the lab: repositories with the names of what they hold, by the host's own API. */
import { listAll } from "../lab/github-list.ts";
import { gitlabList, gitlabProjects } from "../lab/gitlab-list.ts";

/** The kinds of host that the lab has. */
export const hostKinds = ["github", "gitlab"] as const;
export type HostKind = (typeof hostKinds)[number];

/** One repository, in rows for tables. */
export interface Hosted {
  readonly name: string;
  readonly visibility: string;
  readonly url: string;
  /** Repository, title, access, fingerprint. */
  readonly keys: string[][];
  /** Repository, name, kind. */
  readonly variables: string[][];
}

type Env = Readonly<Record<string, string>>;

/** The owner's repositories, by name. */
export async function hosted(kind: HostKind, env: Env): Promise<Hosted[]> {
  const found = kind === "github" ? await onGitHub(env) : await onGitLab(env);
  return found.sort(byName);
}

async function onGitHub(env: Env): Promise<Hosted[]> {
  const access = { baseUrl: env["GITHUB_BASE_URL"] ?? "", token: env["GITHUB_TOKEN"] ?? "" };
  const owner = env["GITHUB_OWNER"] ?? "";
  const list = <T>(path: string, member?: string) => listAll<T>(access, path, member);
  const repositories = await list<{ name: string; visibility: string; html_url: string }>(
    `/orgs/${owner}/repos`,
  );
  return await Promise.all(
    repositories.map(async ({ name, visibility, html_url: url }) => {
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

async function onGitLab(env: Env): Promise<Hosted[]> {
  const projects = await gitlabProjects(env);
  return await Promise.all(
    projects.map(async ({ id, path: name, visibility, web_url: url }) => {
      const at = `projects/${id}`;
      const [keys, variables, readers] = await Promise.all([
        gitlabList<{ title: string; key: string; can_push: boolean }>(env, `${at}/deploy_keys`),
        gitlabList<{ key: string; masked: boolean }>(env, `${at}/variables`),
        gitlabList<{ id: number; path: string }>(env, `${at}/job_token_scope/allowlist`),
      ]);
      const rows = keys.map(async ({ title, key, can_push: write }) => [
        ...[name, title, write ? "read and write" : "read"],
        await fingerprint(key),
      ]);
      const jobs = readers
        .filter((reader) => reader.id !== id)
        .map((reader) => [name, `jobs of ${reader.path}`, "read", "by their own tokens"]);
      const rank = ({ masked }: { masked: boolean }) => (masked ? "secret" : "variable");
      return {
        ...{ name, visibility, url },
        keys: [...(await Promise.all(rows)), ...jobs].sort(byCells),
        variables: variables
          .map((variable) => [name, variable.key, rank(variable)])
          .sort((a, b) => compare(b[2] ?? "", a[2] ?? "") || byCells(a, b)),
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
