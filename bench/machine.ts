/** What figures depend on: the machine and the versions of what was measured. */
import { readFile } from "node:fs/promises";
import { arch, cpus, release, totalmem, type } from "node:os";
import { installedPlugins } from "../lab/plugins.ts";
import type { LabPaths } from "../lab/paths.ts";
import { defaultFluxVersion } from "../toolchain/index.ts";
import { versions } from "../toolchain/versions.ts";
import { output, type Env } from "./commands.ts";

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
}

export interface Versions {
  /** The commit, with a `+` where the checkout had changes. */
  readonly slipway: string;
  readonly node: string;
  readonly pulumi: string;
  readonly kubernetes: string;
  readonly flux: string;
  /** Providers, and whether they are the official ones or the lab's own. */
  readonly providers: Readonly<Record<string, string>>;
}

export async function thisMachine(): Promise<Machine> {
  const found = cpus();
  return {
    cpu: found[0]?.model.trim() ?? "unknown",
    cores: found.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${await distribution()}, ${type()} ${release()}, ${arch()}`,
  };
}

async function distribution(): Promise<string> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(text)?.[1] ?? process.platform;
}

export async function theVersions(paths: LabPaths, env: Env): Promise<Versions> {
  const git = (...args: string[]) => output(env, "git", args, paths.checkout).catch(() => "");
  const commit = (await git("rev-parse", "--short=10", "HEAD")).trim();
  const changed = (await git("status", "--porcelain", "--untracked-files=no")).trim() !== "";
  const plugins = await installedPlugins(paths);
  return {
    slipway: commit === "" ? "no commit" : `${commit}${changed ? "+" : ""}`,
    node: process.version,
    pulumi: versions.pulumi,
    kubernetes: versions.kubernetes,
    flux: defaultFluxVersion,
    providers: Object.fromEntries(
      plugins.map(({ name, version, kind }) => [
        name,
        `${version} (${kind === "official" ? "official" : "the lab's own"})`,
      ]),
    ),
  };
}
