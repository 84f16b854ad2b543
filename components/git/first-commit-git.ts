/** Git as the first commit needs it: nothing of the user's configuration, and the token where nobody sees it. */
import { execFile } from "node:child_process";

/** The identity that commits; hosts show it beside the commit. */
const author = { name: "Slipway", email: "slipway@users.noreply.github.com" };

/** The longest time for one command: a seed is a few kilobytes. */
const timeoutMs = 60_000;

/** What Git needs of the machine: where programs are, and how to reach the network. */
const kept = [
  "PATH",
  "HTTPS_PROXY",
  "https_proxy",
  "NO_PROXY",
  "no_proxy",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "SystemRoot",
];

/** Runs one command of Git; gives what it printed. */
export type Git = (...args: string[]) => Promise<string>;

/** A command of Git that failed, in Git's own words, without a secret in them. */
export class GitError extends Error {}

/**
 * Git without any configuration of the user's: no hooks, helpers, rewritten addresses or signatures.
 *
 * @param home an empty folder to be at home in
 * @param url where the token is for: it is sent to this server only, and only by http(s)
 * @param user the name that the host wants beside a token
 * @param token the host's token; it is in the environment of the commands, and in no argument
 */
export function gitIn(home: string, url: string, user: string, token: string | undefined): Git {
  const header = token === undefined ? undefined : authorization(user, token);
  const env = { ...cleanEnvironment(home), ...(header !== undefined && headerFor(url, header)) };
  const secrets = [token, header?.split(" ").at(-1)].filter((secret) => secret !== undefined);
  return (...args) =>
    new Promise((resolve, reject) => {
      execFile(
        "git",
        args,
        { env, cwd: home, encoding: "utf8", timeout: timeoutMs },
        (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else if (error.code === "ENOENT") reject(missing());
          else reject(new GitError(outcome(error.killed === true, stderr, secrets)));
        },
      );
    });
}

function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(kept.map((name) => [name, process.env[name]])),
    HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
  };
}

function authorization(user: string, token: string): string {
  return `Authorization: Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
}

/** Settings by the environment: https://git-scm.com/docs/git-config#ENVIRONMENT. A path or an SSH address has no headers. */
function headerFor(url: string, header: string): NodeJS.ProcessEnv {
  if (!/^https?:\/\//.test(url)) return {};
  return {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: header,
  };
}

/** Not a {@link GitError}: trying again does not help. */
function missing(): Error {
  return new Error("Git is not on PATH: install it (https://git-scm.com/downloads) and run again");
}

function outcome(killed: boolean, stderr: string, secrets: readonly string[]): string {
  if (killed) return `Git did not answer within ${timeoutMs / 1000} seconds.`;
  const said = stderr.trim().split("\n").slice(-5).join("\n  ");
  return `Git said:\n  ${secrets.reduce((text, secret) => text.replaceAll(secret, "***"), said)}`;
}
