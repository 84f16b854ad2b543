import { readdir, rm, stat } from "node:fs/promises";
import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

const CAP_BYTES = 10 * 1024 * 1024;
const TAIL_LINES = 20;

/**
 * The log of one container: appended to, and moved aside to `FILE.1` when it has grown to 10 MiB, so that a lab left
 * alone for weeks takes at most twice that a container.
 */
export class LogFile {
  readonly path: string;
  #fd: number | undefined;
  #size: number;
  #tail: string[] = [];

  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.#fd = openSync(path, "a", 0o600);
    this.#size = statSync(path).size;
  }

  /** Appends what the container wrote. After `close` it is dropped. */
  write(chunk: Buffer): void {
    if (this.#fd === undefined) return;
    const fd = this.#size + chunk.length > CAP_BYTES ? this.#rotate(this.#fd) : this.#fd;
    writeSync(fd, chunk);
    this.#size += chunk.length;
    const lines = chunk.toString("utf8").split("\n");
    this.#tail = [...this.#tail, ...lines.filter((line) => line.trim() !== "")].slice(-TAIL_LINES);
  }

  /** The last lines since `startTail`, cut to fit a status message. */
  lastLines(count: number): string {
    return this.#tail.slice(-count).join("\n").slice(-1000);
  }

  /** Forgets the last lines of the process before. */
  startTail(): void {
    this.#tail = [];
  }

  /** Safe to repeat. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #rotate(full: number): number {
    closeSync(full);
    renameSync(this.path, `${this.path}.1`);
    const fd = openSync(this.path, "a", 0o600);
    this.#fd = fd;
    this.#size = 0;
    return fd;
  }
}

/** Removes all but the `keep` logs that were written last: each rollout begins new ones. */
export async function pruneLogs(dir: string, keep: number): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => ({ path: join(dir, name), written: (await stat(join(dir, name))).mtimeMs })),
  );
  files.sort((a, b) => b.written - a.written);
  for (const { path } of files.slice(keep)) await rm(path, { force: true });
}
