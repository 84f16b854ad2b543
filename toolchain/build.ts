import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { flagsOf, type Build, type Change } from "./builds.ts";
import { diskError, type ToolCache } from "./cache.ts";
import { ToolchainError, withoutCredentials } from "./errors.ts";
import type { GoSetup } from "./go.ts";
import { run } from "./run.ts";

/** The folder with the go.mod folders: that of this file. */
export const moduleRoot = dirname(fileURLToPath(import.meta.url));

/**
 * Twelve hexadecimal digits that change with everything that decides what a build makes: go.mod, go.sum, our own
 * mains and the flags.
 */
export async function buildKey(build: Build, root: string = moduleRoot): Promise<string> {
  const folder = join(root, build.module);
  const hash = createHash("sha256").update(
    JSON.stringify([build.package, build.binary, flagsOf(build), ...(build.change ? [build.change] : [])]),
  );
  const names = await readdir(folder, { recursive: true });
  for (const name of names.filter((file) => /(?:\.go|^go\.mod|^go\.sum)$/.test(file)).sort()) {
    const text = await readFile(join(folder, name));
    hash.update(`\0${name}\0${text.length}\0`).update(text);
  }
  return hash.digest("hex").slice(0, 12);
}

/** The folder in the cache of a build's result. */
export async function buildFolder(
  build: Build,
  cache: ToolCache,
  root: string = moduleRoot,
): Promise<string> {
  return cache.folder(build.id, `${build.version}-${await buildKey(build, root)}`);
}

/**
 * Builds into an empty folder, and links the tools that the binary also is.
 *
 * @param log gets everything that Go says
 * @throws ToolchainError when Go fails, with its last lines, the log's path and what to do
 */
export async function goBuild(
  build: Build,
  go: GoSetup,
  folder: string,
  log: string,
  signal?: AbortSignal,
  root: string = moduleRoot,
): Promise<void> {
  await mkdir(dirname(log), { recursive: true });
  // Go links in its own temporary folder, and /tmp is small on some machines.
  const temporary = join(folder, "gotmp");
  await mkdir(temporary, { recursive: true });
  const cwd = join(root, build.module);
  const changed = build.change && (await changedPackage(build.package, build.change, go, cwd, temporary));
  const source = changed === undefined ? [build.package] : [`-overlay=${changed.overlay}`, changed.package];
  const args = ["build", ...flagsOf(build), "-o", join(folder, build.binary), ...source];
  const output = createWriteStream(log, { flags: "w" });
  let logError: Error | undefined;
  output.on("error", (error) => (logError = error));
  output.write(`go ${go.version}, in ${cwd}\ngo ${args.join(" ")}\n`);
  const { code, failure } = await run(go.binary, args, {
    env: { ...go.env, GOTMPDIR: temporary },
    cwd,
    onOutput: (chunk) => output.write(chunk),
    ...(signal === undefined ? {} : { signal }),
  });
  await new Promise<void>((done) => output.end(() => done()));
  await rm(temporary, { recursive: true, force: true });
  signal?.throwIfAborted();
  if (logError !== undefined) throw diskError(logError, dirname(log));
  if (code !== 0) {
    const text = await readFile(log, "utf8");
    throw new ToolchainError(explain(build, go, failure?.message ?? text, log));
  }
  for (const tool of build.tools) {
    if (tool !== build.binary) await symlink(build.binary, join(folder, tool));
  }
}

/**
 * A package of a module with one of its files changed. Go replaces no file below its module cache, so the package is
 * built as one of our own module, in which its files are by an overlay only.
 *
 * @returns nothing when Go does not find the package, which the build itself then explains
 * @throws ToolchainError when the file is not as it was
 */
async function changedPackage(
  importPath: string,
  change: Change,
  go: GoSetup,
  cwd: string,
  temporary: string,
): Promise<{ readonly overlay: string; readonly package: string } | undefined> {
  const args = ["list", "-mod=readonly", "-json=Dir,GoFiles", importPath];
  const { code, stdout } = await run(go.binary, args, { env: go.env, cwd });
  if (code !== 0) return undefined;
  const { Dir: original, GoFiles: names } = JSON.parse(stdout) as { Dir: string; GoFiles: string[] };
  const parts = (await readFile(join(original, change.file), "utf8")).split(change.from);
  if (parts.length !== 2) {
    const file = join(original, change.file);
    throw new ToolchainError(`${file} is not the file that Slipway knows: is the checkout unchanged?`);
  }
  const changed = join(temporary, change.file);
  await writeFile(changed, parts.join(change.to));
  const files = names.map((name) => [
    join(cwd, "changed", name),
    name === change.file ? changed : join(original, name),
  ]);
  const overlay = join(temporary, "overlay.json");
  await writeFile(overlay, JSON.stringify({ Replace: Object.fromEntries(files) as Record<string, string> }));
  return { overlay, package: "./changed" };
}

/** The known ways in which `go build` fails, and what to do about each; else Go's last lines. */
export function explain(build: Build, go: GoSetup, output: string, log: string): string {
  const lines = withoutCredentials(output).trim().split("\n");
  return [
    `Building ${build.id} failed: ${reason(build, go, output)}`,
    "The last lines of Go:",
    ...lines.slice(-8).map((line) => `  ${line}`),
    `The whole log: ${log}`,
  ].join("\n");
}

function reason(build: Build, go: GoSetup, output: string): string {
  if (/no space left on device|disk quota exceeded/i.test(output)) {
    return (
      `the disk is full. Go keeps modules in ${go.moduleCache} and compiled packages in ${go.buildCache}: ` +
      "make room there, or let GOMODCACHE and GOCACHE name folders on another disk, and run the command again."
    );
  }
  if (/signal: killed|cannot allocate memory|out of memory/i.test(output)) {
    return "the machine has too little memory for it. Run the command again with GOFLAGS=-p=1.";
  }
  if (/missing go\.sum entry|updates to go\.(mod|sum) needed|checksum mismatch/i.test(output)) {
    return (
      `toolchain/${build.module}/go.sum does not fit its go.mod, or a module is not what it was. ` +
      "Is the checkout unchanged?"
    );
  }
  if (/requires go >=|toolchain not available|download go1/i.test(output)) {
    return `Go ${go.version} is too old and could not get a newer one. Install it: https://go.dev/doc/install`;
  }
  const unreachable =
    /no such host|connection refused|i\/o timeout|proxyconnect|TLS handshake|network is unreachable|no route to host|: EOF|module lookup disabled|Temporary failure in name resolution/i;
  if (unreachable.test(output)) {
    return (
      `the modules could not be downloaded from ${go.proxy}. Let this machine reach it, ` +
      "or name a proxy that it reaches: GOPROXY=https://… (also HTTPS_PROXY is honoured)."
    );
  }
  if (/\b(403 Forbidden|404 Not Found|410 Gone)\b/.test(output)) {
    return `${go.proxy} does not serve a module that it needs. Name a proxy that does: GOPROXY=https://…`;
  }
  return "see below.";
}
