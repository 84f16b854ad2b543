import { homedir } from "node:os";
import { join } from "node:path";
import { ToolchainError } from "./errors.ts";

/** A machine's kind, in Go's words. */
export interface Platform {
  readonly os: "linux" | "darwin";
  readonly arch: "amd64" | "arm64";
}

/**
 * The platform of this machine.
 *
 * @throws ToolchainError on Windows and on processors other than amd64 and arm64: neither the makers of all
 * tools nor the lab support them.
 */
export function currentPlatform(os: string = process.platform, arch: string = process.arch): Platform {
  const goArch = arch === "x64" ? "amd64" : arch;
  if ((os === "linux" || os === "darwin") && (goArch === "amd64" || goArch === "arm64")) {
    return { os, arch: goArch };
  }
  throw new ToolchainError(
    `This machine is ${os}/${arch}. The pinned tools exist for linux and darwin on amd64 and arm64. ` +
      `On Windows, work in WSL 2 (https://learn.microsoft.com/windows/wsl/install).`,
  );
}

/** `linux-amd64`: the name of the platform's folder in the cache. */
export function platformName({ os, arch }: Platform): string {
  return `${os}-${arch}`;
}

/**
 * The folder of everything that the toolchain keeps: outside the checkout, shared by all checkouts of a user.
 * `SLIPWAY_CACHE` names another one; else `$XDG_CACHE_HOME/slipway`, `~/.cache/slipway`, and on macOS
 * `~/Library/Caches/slipway`. A relative XDG_CACHE_HOME is ignored, as its specification wants
 * (https://specifications.freedesktop.org/basedir-spec/latest/).
 */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env, os: string = process.platform): string {
  const chosen = env.SLIPWAY_CACHE ?? "";
  if (chosen !== "") return chosen;
  const home = env.HOME ?? homedir();
  if (os === "darwin") return join(home, "Library", "Caches", "slipway");
  const xdg = env.XDG_CACHE_HOME ?? "";
  return join(xdg.startsWith("/") ? xdg : join(home, ".cache"), "slipway");
}
