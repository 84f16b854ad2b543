import { randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { exists } from "./commands.ts";
import { officialEndpoints } from "./downloads.ts";
import { ToolchainError } from "./errors.ts";
import { Network } from "./network.ts";
import { currentPlatform } from "./platform.ts";
import { Progress } from "./progress.ts";
import { ensureTools, type EnsureOptions } from "./resolve.ts";
import { run } from "./run.ts";

/** Pulumi's providers that the platform and the lab use. */
export const pluginNames = ["kubernetes", "github", "gitlab", "tls"] as const;
export type PluginName = (typeof pluginNames)[number];

/** The file in a plugin's folder that says: this is not the official plugin. */
export const offlineMarker = "slipway-offline.txt";

export interface PluginChoice {
  readonly name: PluginName;
  /** Version of the plugin and of its SDK, without a `v`. */
  readonly version: string;
  /** Its folder in PULUMI_HOME. */
  readonly folder: string;
  /** `official`: it is installed. `offline`: a stand-in has to be, or is. */
  readonly kind: "official" | "offline";
  /** Whether something is installed in the folder already; for `offline` it is the stand-in. */
  readonly installed: boolean;
}

export interface PluginOptions extends EnsureOptions {
  /** The pinned Pulumi CLI, which installs the official plugins. */
  readonly pulumi: string;
  /** Default: all. */
  readonly plugins?: readonly PluginName[];
}

/**
 * Decides for each provider whether the official plugin or a stand-in is used, and installs what it can: official
 * plugins by the Pulumi CLI where get.pulumi.com answers, for GitHub else the upstream provider behind Pulumi's
 * bridge. Stand-ins for the others are the caller's to install, who then calls `markOffline`.
 *
 * What is installed stays, so that a lab does not change its providers in mid-life. `SLIPWAY_PLUGINS=official` or
 * `offline` says otherwise, for all of them.
 *
 * @param pulumiHome a PULUMI_HOME of the lab's own
 * @throws ToolchainError when `SLIPWAY_PLUGINS` has another value, or wants official plugins that cannot be had
 */
export async function resolvePlugins(pulumiHome: string, options: PluginOptions): Promise<PluginChoice[]> {
  const env = options.env ?? process.env;
  const forced = forcedKind(env.SLIPWAY_PLUGINS);
  const progress = options.progress ?? new Progress();
  const network = options.network ?? new Network({ env });
  const choices: PluginChoice[] = [];
  for (const name of options.plugins ?? pluginNames) {
    const version = await sdkVersion(name);
    const folder = pluginFolder(pulumiHome, name, version);
    const present = await presentKind(folder, name);
    if (present !== undefined && (forced === undefined || forced === present)) {
      choices.push({ name, version, folder, kind: present, installed: true });
      continue;
    }
    const why =
      forced === "offline" ? "SLIPWAY_PLUGINS" : await install(name, version, pulumiHome, options, network);
    if (why === undefined) {
      progress.note(`Installed Pulumi's plugin for ${name} ${version}.`);
      choices.push({ name, version, folder, kind: "official", installed: true });
      continue;
    }
    if (forced === "official") {
      throw new ToolchainError(
        `SLIPWAY_PLUGINS=official, and Pulumi's plugin for ${name} ${version} cannot be had: ${why}.\n` +
          "Let this machine reach get.pulumi.com and github.com, or unset SLIPWAY_PLUGINS.",
      );
    }
    progress.note(`No official plugin for ${name} ${version} (${why}): a stand-in is used.`);
    if (present === "official") await rm(folder, { recursive: true });
    if (name === "github") await installBridged(folder, { ...options, progress, network });
    choices.push({ name, version, folder, kind: "offline", installed: name === "github" });
  }
  return choices;
}

/** Where the Pulumi CLI looks for a resource plugin. */
export function pluginFolder(pulumiHome: string, name: string, version: string): string {
  return join(pulumiHome, "plugins", `resource-${name}-v${version}`);
}

/** Marks an installed plugin as a stand-in. Write the marker before the plugin's executable gets its name. */
export async function markOffline(folder: string, what: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, offlineMarker), `${what}\n`);
}

/** The version of an SDK in this project: its plugin has the same. */
async function sdkVersion(name: PluginName): Promise<string> {
  const file = createRequire(import.meta.url).resolve(`@pulumi/${name}/package.json`);
  const { version } = JSON.parse(await readFile(file, "utf8")) as { version: string };
  return version;
}

function forcedKind(value: string | undefined): PluginChoice["kind"] | undefined {
  if (value === undefined || value === "") return undefined;
  if (value === "official" || value === "offline") return value;
  throw new ToolchainError(`SLIPWAY_PLUGINS is "${value}": write "official" or "offline", or unset it.`);
}

/** What is installed; a `.partial` file is Pulumi's sign of an interrupted installation. */
async function presentKind(folder: string, name: PluginName): Promise<PluginChoice["kind"] | undefined> {
  if (!(await exists(join(folder, `pulumi-resource-${name}`)))) return undefined;
  if (await exists(`${folder}.partial`)) return undefined;
  return (await exists(join(folder, offlineMarker))) ? "offline" : "official";
}

/** @returns why the official plugin could not be installed; `undefined` when it was */
async function install(
  name: PluginName,
  version: string,
  pulumiHome: string,
  options: PluginOptions,
  network: Network,
): Promise<string | undefined> {
  const { pulumi: server } = options.endpoints ?? officialEndpoints;
  const { os, arch } = options.platform ?? currentPlatform();
  const url = `${server}/releases/plugins/pulumi-resource-${name}-v${version}-${os}-${arch}.tar.gz`;
  await network.probe([url]);
  const host = new URL(url).host;
  const silent = network.silent.get(host);
  if (silent !== undefined) return `${host}: ${silent}`;
  const env = options.env ?? process.env;
  const proxies = Object.entries(env).filter(([key]) => /^(https?|no)_proxy$/i.test(key));
  const { code, stderr, failure } = await run(
    options.pulumi,
    ["plugin", "install", "resource", name, `v${version}`, "--exact", "--reinstall", "--server", dirOf(url)],
    {
      env: {
        ...Object.fromEntries(proxies),
        PATH: env.PATH,
        HOME: env.HOME,
        SSL_CERT_FILE: env.SSL_CERT_FILE,
        PULUMI_HOME: pulumiHome,
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
      timeoutMs: 600_000,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
  );
  options.signal?.throwIfAborted();
  if (code !== 0)
    return failure?.message ?? (stderr.trim().split("\n").at(-1) || "pulumi plugin install failed");
  // --reinstall empties the folder, but whether it does is Pulumi's business; a stand-in's mark must not stay.
  await rm(join(pluginFolder(pulumiHome, name, version), offlineMarker), { force: true });
  return undefined;
}

function dirOf(url: string): string {
  return url.slice(0, url.lastIndexOf("/"));
}

/** Puts the bridged provider where Pulumi looks for its own plugin. */
async function installBridged(folder: string, options: PluginOptions): Promise<void> {
  const { "pulumi-resource-github": binary } = await ensureTools(["pulumi-resource-github"], options);
  await markOffline(folder, "terraform-provider-github behind Pulumi's bridge, built by Slipway");
  const temporary = join(folder, `.pulumi-resource-github-${randomUUID()}`);
  await symlink(binary, temporary);
  await rename(temporary, join(folder, "pulumi-resource-github"));
  await chmod(folder, 0o755);
}
