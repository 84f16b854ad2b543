import type { GitRequest } from "./git-access.ts";

const commandPattern = /^git[ -](upload-pack|receive-pack) (?:'([^']*)'|"([^"]*)"|(\S+))$/;
/** As many folders as the host has levels of groups, and the name; `.` and `..` are neither. */
const pathPattern = /^\/?((?:(?!\.{1,2}\/)[^/]+\/)*(?!\.{1,2}\/)[^/]+)\/([^/]+?)(?:\.git)?\/?$/;

/**
 * Reads a command that a Git client sends over SSH. No shell ever sees it.
 *
 * @returns undefined for anything but the two services
 */
export function parseGitCommand(text: string): GitRequest | undefined {
  const match = commandPattern.exec(text.trim());
  const [, service, ...paths]: (string | undefined)[] = match ?? [];
  if (service === undefined) return undefined;
  // A path of another form names no repository that exists.
  const [, owner = "-", name = "-"] = pathPattern.exec(paths.find((path) => path !== undefined) ?? "") ?? [];
  return { service: service === "upload-pack" ? "git-upload-pack" : "git-receive-pack", owner, name };
}
