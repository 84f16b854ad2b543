/** What the lab needs of the machine, apart from the pinned tools. */
import { execFile } from "node:child_process";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { findOnPath, isExecutable } from "../toolchain/commands.ts";
import { currentPlatform } from "../toolchain/platform.ts";
import { LabError } from "./errors.ts";

const run = promisify(execFile);

/**
 * Looks whether this machine can run a lab.
 *
 * @returns what the user should know beforehand, if anything
 * @throws LabError or ToolchainError with what to do when it cannot
 */
export async function checkMachine(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const { os } = currentPlatform();
  await checkGit(env);
  return os === "darwin"
    ? "This is macOS: the lab's parts exist for it, but the lab is tested on Linux only. Should it not start, run it in a Linux machine or container."
    : undefined;
}

/**
 * kwokctl starts nothing in a folder whose name has blanks or quotes.
 *
 * @throws LabError that says how to put the lab elsewhere
 */
export function checkFolder(root: string): void {
  if (!/[\s'"\\$`]/.test(root)) return;
  throw new LabError(
    `the lab cannot be in ${JSON.stringify(root)}: the cluster's tools do not take blanks, quotes, backslashes and $ in a path. ` +
      "Put it elsewhere: export SLIPWAY_LAB=/path/of/a/folder",
  );
}

/** MiB of disk that a new lab takes; etcd alone reserves two times 64 for its log, and grows. */
const newLab = 512;

/** MiB that a lab which was stopped should have to grow. */
const stoppedLab = 128;

/** Below so many MiB a disk counts as full: what could not be written may have been larger than what is left. */
const asGoodAsFull = 64;

/** @throws LabError when there is no room for a lab in its folder */
export async function checkRoom(root: string, isNew: boolean): Promise<void> {
  const [free, wanted] = [await freeMebibytes(root), isNew ? newLab : stoppedLab];
  if (free >= wanted) return;
  throw new LabError(
    `${free} MiB of disk are free for ${root}, and the lab needs ${wanted}. ` +
      "Make room, or put the lab on another disk: export SLIPWAY_LAB=/path/of/a/folder",
  );
}

/** What to say after a failure if the disk is full: then that is the reason, whatever part was the first to find out. */
export async function fullDisk(root: string): Promise<string | undefined> {
  const free = await freeMebibytes(root);
  if (free >= asGoodAsFull) return undefined;
  return `the disk is full: ${free} MiB are left for ${root}. Make room, and type the same again`;
}

async function freeMebibytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.floor((bavail * bsize) / 2 ** 20);
}

/** The Git host serves by git's own CGI program, which some distributions package apart. */
async function checkGit(env: NodeJS.ProcessEnv): Promise<void> {
  const git = await findOnPath("git", env);
  if (git === undefined) {
    throw new LabError(
      "git is not on PATH, and the lab's Git host is made of it. Install it: https://git-scm.com/downloads",
    );
  }
  const clean = { PATH: env["PATH"], HOME: env["HOME"] };
  const folder = (await run(git, ["--exec-path"], { env: clean })).stdout.trim();
  if (await isExecutable(join(folder, "git-http-backend"))) return;
  throw new LabError(
    `${git} has no git-http-backend (looked in ${folder}), by which the lab's Git host serves. ` +
      "Install git whole: `apk add git-daemon` on Alpine, the package git elsewhere",
  );
}
