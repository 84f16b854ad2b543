import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isExecutable } from "./commands.ts";
import { codeOf, messageOf, ToolchainError } from "./errors.ts";
import { withLock, type LockOptions } from "./lock.ts";
import { platformName, type Platform } from "./platform.ts";

/** Written last into every finished folder: where its files came from, for people. */
const label = "origin.txt";

/**
 * The folders of finished tools, `tools/PLATFORM/NAME/VERSION`. A folder appears complete or not at all, so any
 * number of processes and checkouts may share the cache, and any of them may be killed at any time.
 */
export class ToolCache {
  readonly root: string;
  readonly #platform: Platform;

  constructor(root: string, platform: Platform) {
    this.root = root;
    this.#platform = platform;
  }

  /** The folder of one version of a tool, whether it is there or not. */
  folder(id: string, version: string): string {
    return join(this.root, "tools", platformName(this.#platform), id, version);
  }

  /** The folder for logs of builds. */
  get logs(): string {
    return join(this.root, "logs");
  }

  /** Whether that folder is finished and holds that file, ready to run. */
  async has(folder: string, file: string): Promise<boolean> {
    const finished = await stat(join(folder, label)).then(
      () => true,
      () => false,
    );
    return finished && (await isExecutable(join(folder, file)));
  }

  /**
   * Fills a folder: `make` writes into an empty one beside it, which is then flushed to disk and renamed. When
   * somebody else has filled the folder meanwhile, nothing is made.
   *
   * @param origin a line that says where the files are from
   * @returns whether `make` ran
   * @throws ToolchainError when the disk is full; what `make` throws as it is
   */
  async fill(
    folder: string,
    files: readonly string[],
    origin: string,
    options: LockOptions,
    make: (temporary: string) => Promise<void>,
  ): Promise<boolean> {
    try {
      return await withLock(`${folder}.lock`, options, async () => {
        if (await this.#complete(folder, files)) return false;
        await removeLeftovers(folder);
        const temporary = `${folder}.tmp-${randomUUID()}`;
        await mkdir(temporary, { recursive: true });
        try {
          await make(temporary);
          for (const file of files) await seal(join(temporary, file));
          await writeFile(join(temporary, label), `${origin}\n`, { flush: true });
          await rm(folder, { recursive: true, force: true });
          await rename(temporary, folder);
          return true;
        } finally {
          await rm(temporary, { recursive: true, force: true });
        }
      });
    } catch (error) {
      throw diskError(error, this.root);
    }
  }

  async #complete(folder: string, files: readonly string[]): Promise<boolean> {
    for (const file of files) if (!(await this.has(folder, file))) return false;
    return true;
  }
}

/** Writes a file so that it is there whole or not at all. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.tmp-${randomUUID()}`;
  try {
    await writeFile(temporary, text, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(error, dirname(path));
  }
}

/** The same error, or a readable one when the disk is full or the cache may not be written. */
export function diskError(error: unknown, folder: string): unknown {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new ToolchainError(
      `The disk is full: writing to ${folder} failed (${code}).\n` +
        "Make room, or let SLIPWAY_CACHE name a folder on another disk, and run the command again.",
    );
  }
  if (code === "EACCES" || code === "EROFS") {
    return new ToolchainError(
      `${folder} cannot be written (${messageOf(error)}).\nLet SLIPWAY_CACHE name a folder that you may write to.`,
    );
  }
  return error;
}

/** Makes a file executable and has it on disk, not just in the kernel's memory, before the folder gets its name. */
async function seal(file: string): Promise<void> {
  await chmod(file, 0o755);
  const handle = await open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What an interrupted run left beside the folder. The caller holds the lock, so nobody writes there any more. */
async function removeLeftovers(folder: string): Promise<void> {
  const parent = dirname(folder);
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    if (name.startsWith(`${basename(folder)}.tmp-`))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}
