/** The environment variables that make a command talk to the lab, and keep everything else of the user's out. */
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { keepCompiled, type LabPaths } from "./paths.ts";
import type { Ports } from "./ports.ts";
import { exported, firstOnPath } from "./shell.ts";
import { backendUrl, passphrase } from "./stacks.ts";

/** The organisation, and on GitLab the group, that owns the lab's repositories. */
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

/**
 * What of a user's own settings would lead Pulumi, its providers, Git or kubectl elsewhere: `lab env` takes them away, beside
 * all of Pulumi's own. Of Git, what makes it work on another repository or go another way
 * (https://git-scm.com/docs/git#_environment_variables); who the user is stays.
 */
const removed = [
  ...["GITHUB_ORGANIZATION", "GITHUB_APP_ID", "GITHUB_APP_INSTALLATION_ID", "GITHUB_APP_PEM_FILE"],
  ...["GH_TOKEN", "GH_HOST", "GH_ENTERPRISE_TOKEN"],
  ...["GL_HOST", "GITLAB_HOST", "GITLAB_URI", "GITLAB_API_URL", "GITLAB_ACCESS_TOKEN", "CI_JOB_TOKEN"],
  ...["GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"],
  ...[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
  ],
  ...["GIT_SSH", "GIT_SSH_COMMAND", "GIT_PROXY_COMMAND", "GIT_ASKPASS", "GIT_TEMPLATE_DIR", "GIT_EXEC_PATH"],
  ...["GIT_ALLOW_PROTOCOL", "GIT_SSL_NO_VERIFY", "GIT_SSL_CAINFO"],
  ...["KUBERNETES_MASTER", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "KUBECTL_EXTERNAL_DIFF"],
  // Pulumi starts Node for the program and for the stand-ins.
  ...["NODE_OPTIONS", "NODE_PATH"],
];

/** The machine's environment without anything of the user's: no kubeconfig, token, proxy or setting of Git. */
export function cleanEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const entries = ["PATH", ...kept].map((name) => [name, env[name]] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** What makes a command talk to the lab; the Git host's token is among it. */
export async function labVariables(paths: LabPaths, ports: Ports): Promise<Record<string, string>> {
  const [token, gitlabToken, ...knownHosts] = await Promise.all([
    readFile(join(paths.gitHost, "token"), "utf8"),
    readFile(join(paths.gitHost, "gitlab", "token"), "utf8"),
    readFile(join(paths.gitHost, "known_hosts"), "utf8"),
    readFile(join(paths.gitHost, "gitlab", "known_hosts"), "utf8"),
  ]);
  return {
    KUBECONFIG: paths.kubeconfig,
    // kubectl else keeps what it learns of every lab in the user's home.
    KUBECACHEDIR: paths.kubeCache,
    GITHUB_BASE_URL: gitHostUrl(ports),
    GITHUB_TOKEN: token.trim(),
    GITHUB_OWNER: owner,
    GITLAB_BASE_URL: gitlabUrl(ports),
    GITLAB_TOKEN: gitlabToken.trim(),
    GITLAB_GROUP: owner,
    // Of a real stack these are tokens that may do nothing else.
    GITHUB_STATUS_TOKEN: token.trim(),
    GITLAB_STATUS_TOKEN: gitlabToken.trim(),
    SLIPWAY_RECEIVER_URL: receiverUrl(ports),
    SLIPWAY_KNOWN_HOSTS: knownHosts.map((lines) => lines.trim()).join("\n"),
    // A stack that names a real host or cluster is refused, also where the official plugins are installed.
    SLIPWAY_ONLY_LOCAL: "true",
    PULUMI_HOME: paths.pulumiHome,
    PULUMI_BACKEND_URL: backendUrl(paths),
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    // Nothing is missing, and looking for it costs seconds where nothing answers.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...keepCompiled(),
    // What the stack owns in the lab's cluster it takes back from whoever edited it by hand; else that is a conflict.
    PULUMI_K8S_ENABLE_PATCH_FORCE: "true",
  };
}

/** The GitHub's address. */
export const gitHostUrl = (ports: Ports) => `http://127.0.0.1:${ports.gitHttp}/`;

/** The GitLab's address. */
export const gitlabUrl = (ports: Ports) => `http://127.0.0.1:${ports.gitlabHttp}/`;

/** Where the lab's Git hosts reach Flux's webhook receiver. */
export const receiverUrl = (ports: Ports) => `http://127.0.0.1:${ports.receiver}`;

/** Folders with the lab's commands: its pinned tools, Node among them, and those of the npm packages. */
const commandFolders = (paths: LabPaths) => [paths.bin, join(paths.checkout, "node_modules", ".bin")];

/** A PATH with the lab's commands first. */
export function labPath(paths: LabPaths, path = process.env["PATH"] ?? ""): string {
  const first = commandFolders(paths);
  const rest = path.split(delimiter).filter((folder) => folder !== "" && !first.includes(folder));
  return [...first, ...rest].join(delimiter);
}

/** The whole environment of a command that the lab's own scripts run. */
export async function labEnvironment(paths: LabPaths, ports: Ports): Promise<Record<string, string>> {
  const clean = cleanEnvironment();
  // kubectl else takes defaults and aliases from the user's home.
  const kubectl = { KUBERC: "off" };
  return { ...clean, ...kubectl, ...(await labVariables(paths, ports)), PATH: labPath(paths, clean["PATH"]) };
}

/**
 * Lines for a shell's `eval`: sh, bash and zsh take them. They are added to what the shell has, so PATH and the
 * exceptions from a proxy keep the user's own; every other setting that would lead a command elsewhere is taken away.
 */
export async function shellLines(
  paths: LabPaths,
  ports: Ports,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const lab = await labVariables(paths, ports);
  const ours = new Set(Object.keys(lab));
  const foreign = Object.keys(env).filter((name) => /^PULUMI_\w+$/.test(name));
  const unset = [...new Set([...removed, ...foreign])].filter((name) => !ours.has(name));
  const exceptions = (env["NO_PROXY"] ?? env["no_proxy"] ?? "").split(",").filter((host) => host !== "");
  const noProxy = [...new Set([...exceptions, "127.0.0.1", "localhost"])].join(",");
  const variables = { ...lab, ...gitSettings(ports), NO_PROXY: noProxy, no_proxy: noProxy };
  return [
    ...unset.map((name) => `unset ${name}`),
    ...Object.entries(variables).map(([name, value]) => exported(name, value)),
    firstOnPath(commandFolders(paths)),
    "",
  ].join("\n");
}

/**
 * Lets the user's own git log in to the lab's Git hosts with the lab's tokens, which no credential store is then asked
 * for nor given: https://git-scm.com/docs/git-config#ENVIRONMENT
 */
function gitSettings(ports: Ports): Record<string, string> {
  const settings = [
    ...hostSettings(ports.gitHttp, "x-access-token", "GITHUB_TOKEN"),
    ...hostSettings(ports.gitlabHttp, "oauth2", "GITLAB_TOKEN"),
  ];
  return Object.fromEntries([
    ["GIT_CONFIG_COUNT", String(settings.length)],
    ...settings.flatMap(([key = "", value = ""], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ]) as Record<string, string>;
}

/** @param token name of the variable that has it */
function hostSettings(port: number, username: string, token: string): [key: string, value: string][] {
  const host = `http://127.0.0.1:${port}`;
  const helper = `!f() { test "$1" = get && echo username=${username} && echo "password=$${token}"; }; f`;
  return [
    [`credential.${host}.helper`, ""],
    [`credential.${host}.helper`, helper],
    [`http.${host}.proxy`, ""],
    // The longest match wins: over an address that the user has git rewrite.
    [`url.${host}/.insteadOf`, `${host}/`],
  ];
}
