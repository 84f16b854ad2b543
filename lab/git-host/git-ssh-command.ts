/** A command that a Git client sends over SSH. */
export interface GitCommand {
  readonly service: "git-upload-pack" | "git-receive-pack";
  readonly owner: string;
  readonly name: string;
}

const commandPattern = /^git[ -](upload-pack|receive-pack) (?:'([^']*)'|"([^"]*)"|(\S+))$/;
const pathPattern = /^\/?([^/]+)\/([^/]+?)(?:\.git)?\/?$/;

/**
 * Reads such a command. No shell ever sees it.
 *
 * @returns undefined for anything but the two services
 */
export function parseGitCommand(text: string): GitCommand | undefined {
  const match = commandPattern.exec(text.trim());
  const [, service, ...paths]: (string | undefined)[] = match ?? [];
  if (service === undefined) return undefined;
  // A path of another form names no repository that exists.
  const [, owner = "-", name = "-"] = pathPattern.exec(paths.find((path) => path !== undefined) ?? "") ?? [];
  return { service: service === "upload-pack" ? "git-upload-pack" : "git-receive-pack", owner, name };
}
