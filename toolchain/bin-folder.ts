import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, realpath, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { exists } from "./commands.ts";
import { codeOf } from "./errors.ts";
import { cacheRoot } from "./platform.ts";
import type { ToolName } from "./tool-names.ts";

/**
 * Pulumi looks for its companions beside its own program, follows symbolic links on the way there, and warns of
 * companions that it finds elsewhere on PATH. So these are put together as files.
 */
const family: readonly string[] = ["pulumi", "pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/**
 * A folder with one symbolic link by the name of each tool (Pulumi's are files), to be put first on PATH. The folder is named after its
 * content and never changes, so that processes which were started with it keep what they were started with.
 *
 * @param paths what `ensureTools` answered
 * @param parent default: the folder `bin` of the project's cache
 */
export async function binFolder(
  paths: Readonly<Partial<Record<ToolName, string>>>,
  parent: string = join(cacheRoot(), "bin"),
): Promise<string> {
  const links = Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = createHash("sha256")
    .update(JSON.stringify([links, family]))
    .digest("hex");
  const folder = join(parent, key.slice(0, 12));
  if (await exists(folder)) return folder;
  const temporary = `${folder}.tmp-${randomUUID()}`;
  await mkdir(temporary, { recursive: true });
  try {
    for (const [name, path] of links) {
      const place = family.includes(name) ? placeFile : symlink;
      await place(path, join(temporary, name));
    }
    await mkdir(dirname(folder), { recursive: true });
    await rename(temporary, folder);
  } catch (error) {
    // Somebody else has made the same folder meanwhile.
    const code = codeOf(error);
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** A hard link where that is possible: it takes no room. */
async function placeFile(path: string, target: string): Promise<void> {
  const file = await realpath(path);
  await link(file, target).catch(() => copyFile(file, target, constants.COPYFILE_FICLONE));
}
