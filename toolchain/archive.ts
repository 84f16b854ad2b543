import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { requireCommand } from "./commands.ts";
import { Refused } from "./network.ts";
import { run } from "./run.ts";

/** Takes some members out of a tar (on macOS also a zip) into the folder `unpacked` beside the others. */
export async function unpack(archive: string, folder: string, members: readonly string[]): Promise<void> {
  const tar = await requireCommand("tar", "to unpack downloads", "install the package `tar` of your system");
  const into = join(folder, "unpacked");
  await mkdir(into, { recursive: true });
  const { code, stderr } = await run(tar, ["-xf", archive, "-C", into, ...members], {
    env: { PATH: process.env.PATH, LC_ALL: "C" },
  });
  if (code === 0) return;
  await rm(into, { recursive: true, force: true });
  throw new Refused(`the archive does not unpack: ${stderr.trim().split("\n")[0] ?? "tar failed"}`);
}
