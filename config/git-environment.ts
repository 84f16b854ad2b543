/** Where the section `git` and the host's token come from when a stack's file does not say. */
import { githubKnownHosts, publicApi } from "../components/git/github/hosts.ts";
import { gitlabKnownHosts, publicGitLab } from "../components/git/gitlab/hosts.ts";
import { isObject, type Loose } from "./loose.ts";
import type { Problem } from "./problems.ts";
import type { Git } from "./schema.ts";

/** The environment of the program. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What belongs to one kind of host: names of variables, the token's key, and the public host of that kind. */
interface HostEnvironment {
  readonly owner: string;
  readonly baseUrl: string;
  readonly token: string;
  readonly tokenKey: string;
  /** Slipway's own. */
  readonly statusToken: string;
  readonly publicHost: { readonly baseUrl: string; readonly knownHosts: string };
  /** What the token has to be good for. */
  readonly tokenAdvice: string;
}

/** Those of addresses and tokens are the official providers' own. */
const hosts: Readonly<Record<Git["kind"], HostEnvironment>> = {
  github: {
    owner: "GITHUB_OWNER",
    baseUrl: "GITHUB_BASE_URL",
    token: "GITHUB_TOKEN",
    tokenKey: "github:token",
    statusToken: "GITHUB_STATUS_TOKEN",
    publicHost: { baseUrl: publicApi, knownHosts: githubKnownHosts },
    tokenAdvice:
      "a token that may administer the owner's repositories (contents, workflows, deploy keys, CI variables and secrets)",
  },
  gitlab: {
    owner: "GITLAB_GROUP",
    baseUrl: "GITLAB_BASE_URL",
    token: "GITLAB_TOKEN",
    tokenKey: "gitlab:token",
    statusToken: "GITLAB_STATUS_TOKEN",
    publicHost: { baseUrl: publicGitLab, knownHosts: gitlabKnownHosts },
    tokenAdvice: "a token with the scope api, of somebody who owns or maintains the group",
  },
};

/** The section with what the environment says of what it leaves out. */
export function withEnvironment(git: unknown, variables: Variables): unknown {
  if (!isObject(git)) return git;
  const { owner, baseUrl, publicHost } = hostOf(git);
  const address = git["baseUrl"] ?? filled(variables[baseUrl]) ?? publicHost.baseUrl;
  const pinned = address === publicHost.baseUrl ? publicHost.knownHosts : undefined;
  return {
    ...git,
    owner: git["owner"] ?? filled(variables[owner]),
    baseUrl: address,
    knownHosts: git["knownHosts"] ?? filled(variables["SLIPWAY_KNOWN_HOSTS"]) ?? pinned,
  };
}

/** The token's text, from the provider's configuration or the environment. Secret. */
export function tokenOf(git: unknown, configured: Variables, variables: Variables): string | undefined {
  const { token, tokenKey } = hostOf(git);
  return filled(configured[tokenKey]) ?? filled(variables[token]);
}

/** What the token is called where it comes from: the key of the configuration, which wins, or the variable. */
export function tokenNameOf(git: unknown, configured: Variables): string {
  const { token, tokenKey } = hostOf(git);
  return filled(configured[tokenKey]) === undefined ? token : tokenKey;
}

/** The variable that stands in for the token that sets commit statuses. */
export const statusTokenVariable = (git: unknown): string => hostOf(git).statusToken;

/** What to say where there is no token. */
export function missingToken(git: unknown): Problem {
  const { token, tokenKey, tokenAdvice } = hostOf(git);
  return {
    key: tokenKey,
    message: `is missing, and so is ${token}: set one of them to ${tokenAdvice}`,
    command: `pulumi config set --secret ${tokenKey}`,
  };
}

/** A kind that does not exist is reported elsewhere. */
function hostOf(git: unknown): HostEnvironment {
  const kind = (git as Loose | undefined)?.["kind"];
  return kind === "gitlab" ? hosts.gitlab : hosts.github;
}

/** A variable that is empty is one that is not set. */
export function filled(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
