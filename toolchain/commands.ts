import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { ToolchainError } from "./errors.ts";

/** The first executable file of that name on PATH. Relative and empty entries of PATH are left out. */
export async function findOnPath(
  name: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  for (const folder of (env.PATH ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const file = join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

/** Whether that is a file (or a link to one) that this user may execute. */
export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/**
 * The path of a command that the project needs and does not bring itself, such as git.
 *
 * @param whatFor ends the sentence "git is needed …", e.g. `to seed repositories`
 * @param howToGet ends the advice "To get it: …", e.g. `apt install git`
 * @throws ToolchainError when PATH does not have it.
 */
export async function requireCommand(
  name: string,
  whatFor: string,
  howToGet: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const file = await findOnPath(name, env);
  if (file !== undefined) return file;
  throw new ToolchainError(
    `${name} is needed ${whatFor}, and PATH does not have it.\nTo get it: ${howToGet}`,
  );
}

/** Whether there is anything at that path. */
export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
