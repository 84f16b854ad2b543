/** The environment variables that make a command talk to the lab, and keep everything else of the user's out. */
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { LabPaths } from "./paths.ts";
import type { Ports } from "./ports.ts";
import { passphrase } from "./stacks.ts";

/** The organisation that owns the lab's repositories. */
export const owner = "acme";

/** What a command needs of the machine, whatever it talks to. */
const kept = [
  "HOME",
  "USER",
  "LOGNAME",
  "LANG",
  "LC_ALL",
  "TERM",
  "COLORTERM",
  "NO_COLOR",
  "TZ",
  "TMPDIR",
  "CI",
];

/** What of a user's own settings would lead Pulumi or its providers elsewhere: `lab env` takes them away. */
export const removed = [
  "PULUMI_ACCESS_TOKEN",
  "PULUMI_CONFIG_PASSPHRASE_FILE",
  "PULUMI_STACK",
  "GITHUB_ORGANIZATION",
  "GITHUB_APP_ID",
  "GITHUB_APP_INSTALLATION_ID",
  "GITHUB_APP_PEM_FILE",
  "GH_TOKEN",
];

/** The machine's environment without anything of the user's: no kubeconfig, token, proxy or setting of Git. */
export function cleanEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const entries = ["PATH", ...kept].map((name) => [name, env[name]] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** What makes a command talk to the lab; the Git host's token is among it. */
export async function labVariables(paths: LabPaths, ports: Ports): Promise<Record<string, string>> {
  const [token, knownHosts] = await Promise.all([
    readFile(join(paths.gitHost, "token"), "utf8"),
    readFile(join(paths.gitHost, "known_hosts"), "utf8"),
  ]);
  return {
    KUBECONFIG: paths.kubeconfig,
    GITHUB_BASE_URL: gitHostUrl(ports),
    GITHUB_TOKEN: token.trim(),
    GITHUB_OWNER: owner,
    SLIPWAY_KNOWN_HOSTS: knownHosts.trim(),
    PULUMI_HOME: paths.pulumiHome,
    PULUMI_BACKEND_URL: `file://${paths.pulumiState}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    // Nothing is missing, and looking for it costs seconds where nothing answers.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Node keeps what it has compiled: a preview takes a quarter less processor time.
    NODE_COMPILE_CACHE: join(paths.root, "node-compile-cache"),
  };
}

/** The Git host's address. */
export const gitHostUrl = (ports: Ports) => `http://127.0.0.1:${ports.gitHttp}/`;

/** A PATH with the lab's commands first: its pinned tools, Node among them. */
export function labPath(paths: LabPaths, path = process.env["PATH"] ?? ""): string {
  const first = [paths.bin, join(paths.checkout, "node_modules", ".bin")];
  const rest = path.split(delimiter).filter((folder) => folder !== "" && !first.includes(folder));
  return [...first, ...rest].join(delimiter);
}

/** The whole environment of a command that the lab's own scripts run. */
export async function labEnvironment(paths: LabPaths, ports: Ports): Promise<Record<string, string>> {
  const clean = cleanEnvironment();
  return { ...clean, ...(await labVariables(paths, ports)), PATH: labPath(paths, clean["PATH"]) };
}

/** Lines for a shell's `eval`. */
export async function shellLines(paths: LabPaths, ports: Ports): Promise<string> {
  const variables = { ...(await labVariables(paths, ports)), PATH: labPath(paths) };
  const noProxy = [process.env["NO_PROXY"] ?? process.env["no_proxy"], "127.0.0.1,localhost"]
    .filter(Boolean)
    .join(",");
  return [
    ...removed.map((name) => `unset ${name}`),
    ...Object.entries({ ...variables, NO_PROXY: noProxy, no_proxy: noProxy }).map(
      ([name, value]) => `export ${name}=${quoted(value)}`,
    ),
    "",
  ].join("\n");
}

const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
