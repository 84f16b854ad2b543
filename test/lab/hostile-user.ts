/** A user whose own settings all lead elsewhere: what a lab, its commands and a push of Slipway's must not heed. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheRoot } from "../../toolchain/index.ts";
import type { Env } from "./commands.ts";

/** Nobody listens there. */
const elsewhere = "http://127.0.0.1:9";

/**
 * A home whose git rewrites the lab's addresses, signs commits, runs hooks and asks a credential helper, whose kubectl knows
 * another cluster and prints otherwise, and whose Node ends at once where it runs anything of Slipway's or Pulumi's.
 */
export async function hostileHome(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slipway-user-"));
  const git = `[url "http://elsewhere.invalid/"]
	insteadOf = http://127.0.0.1
	pushInsteadOf = http://127.0.0.1
[commit]
	gpgsign = true
[gpg]
	program = /nonexistent/gpg
[core]
	hooksPath = ${folder}/hooks
	autocrlf = true
[init]
	templateDir = ${folder}/template
	defaultBranch = other
[http]
	proxy = ${elsewhere}
[credential]
	helper = !touch ${asked(folder)}
`;
  const node = `if (/slipway|pulumi|wt.*\\.ts$|(cli|demo|test|main)\\.ts$/.test(process.argv[1] ?? "") && !/setup\\.mjs$/.test(process.argv[1])) process.exit(42);\n`;
  const kuberc = `apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
defaults:
  - command: get
    options:
      - name: output
        default: name
`;
  await mkdir(join(folder, "hooks"));
  await mkdir(join(folder, ".kube"));
  await Promise.all([
    writeFile(join(folder, "hooks", "pre-push"), "#!/bin/sh\nexit 1\n", { mode: 0o755 }),
    writeFile(join(folder, ".gitconfig"), git),
    writeFile(join(folder, ".kube", "config"), "not: a kubeconfig"),
    writeFile(join(folder, ".kube", "kuberc"), kuberc),
    writeFile(join(folder, "hostile.cjs"), node),
  ]);
  return folder;
}

/** The file that is there once the credential helper was asked. */
export const asked = (home: string) => join(home, "asked");

/** An environment in which everything leads elsewhere. */
export function hostileEnvironment(home: string, more: Env = {}): Env {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    SLIPWAY_CACHE: cacheRoot(),
    SLIPWAY_PLUGINS: "offline",
    KUBECONFIG: join(home, ".kube", "config"),
    KUBERNETES_MASTER: elsewhere,
    KUBERNETES_SERVICE_HOST: "elsewhere.invalid",
    KUBERNETES_SERVICE_PORT: "443",
    GITHUB_TOKEN: "hostile-token",
    GITHUB_BASE_URL: "http://elsewhere.invalid/",
    GITHUB_OWNER: "hostile",
    GITHUB_ORGANIZATION: "hostile",
    GH_TOKEN: "hostile-token",
    GH_HOST: "elsewhere.invalid",
    SLIPWAY_KNOWN_HOSTS: "hostile",
    PULUMI_ACCESS_TOKEN: "hostile-token",
    PULUMI_BACKEND_URL: "http://elsewhere.invalid/",
    PULUMI_CONFIG: '{"slipway:cluster":"hostile"}',
    PULUMI_CONFIG_PASSPHRASE: "hostile",
    PULUMI_CONFIG_PASSPHRASE_FILE: "/nonexistent",
    PULUMI_HOME: join(home, "pulumi"),
    PULUMI_STACK: "prod",
    PULUMI_DEBUG_PROVIDERS: "kubernetes:9,github:9",
    PULUMI_K8S_DELETE_UNREACHABLE: "true",
    HTTP_PROXY: elsewhere,
    HTTPS_PROXY: elsewhere,
    ALL_PROXY: elsewhere,
    http_proxy: elsewhere,
    https_proxy: elsewhere,
    GIT_DIR: join(home, "nowhere"),
    GIT_WORK_TREE: join(home, "nowhere"),
    GIT_INDEX_FILE: join(home, "nowhere", "index"),
    GIT_SSH_COMMAND: "false",
    GIT_ASKPASS: "false",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.proxy",
    GIT_CONFIG_VALUE_0: elsewhere,
    ...more,
  };
}

/** What npm's commands are to take away: it keeps Node from running anything of Slipway's, and sends it to the proxy. */
export const hostileNode = (home: string): Env => ({
  NODE_OPTIONS: `--require=${join(home, "hostile.cjs")}`,
  NODE_USE_ENV_PROXY: "1",
});
