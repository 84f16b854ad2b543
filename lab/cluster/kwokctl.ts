import { execFile } from "node:child_process";
import { mkdir, readlink, rename, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ClusterBinaries, COMPONENTS } from "./kwokctl-config.ts";

/** Which cluster kwokctl is to act on, and with what. */
export interface KwokctlOptions {
  readonly name: string;
  /** HOME and working folder of kwokctl: nothing of the user's own is read or written. */
  readonly home: string;
  /** `home`/clusters/`name`. */
  readonly clusterDir: string;
  readonly binaries: ClusterBinaries;
}

/**
 * Runs kwokctl with an environment of its own. The components that it starts inherit that environment, so it holds
 * nothing but what they need.
 * @throws with kwokctl's own last words
 */
export async function kwokctl(options: KwokctlOptions, args: readonly string[]): Promise<string> {
  const { binaries, home, name } = options;
  const env = {
    HOME: home,
    KWOK_WORKDIR: home,
    // kwokctl looks for kubectl on PATH first. ps and the like are not needed.
    PATH: dirname(binaries.kubectl),
    TMPDIR: process.env["TMPDIR"] ?? "/tmp",
    NO_PROXY: "127.0.0.1,localhost",
  };
  return new Promise((resolve, reject) => {
    execFile(binaries.kwokctl, ["--name", name, ...args], { env, cwd: home }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const words = stderr.trim().split("\n").slice(-8).join("\n");
      reject(new Error(`kwokctl ${args.join(" ")} failed: ${words === "" ? error.message : words}`));
    });
  });
}

/** Lets the cluster's components be the binaries of now: kwokctl linked those of the day it was created. */
export async function relinkBinaries(options: KwokctlOptions): Promise<void> {
  const bin = join(options.clusterDir, "bin");
  await mkdir(bin, { recursive: true });
  for (const [component, key] of Object.entries(COMPONENTS)) {
    const link = join(bin, component);
    const target = options.binaries[key];
    if ((await readlink(link).catch(() => undefined)) === target) continue;
    await symlink(target, `${link}.${process.pid}.tmp`);
    await rename(`${link}.${process.pid}.tmp`, link);
  }
}
