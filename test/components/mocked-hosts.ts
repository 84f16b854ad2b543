/** The Git hosts of the tests under mocks: how each is made, and what it gives a repository of `acme`. */
import * as pulumi from "@pulumi/pulumi";
import type { GitHost } from "../../components/git/git-host.ts";
import { GitHubHost } from "../../components/git/github.ts";
import { GitLabHost } from "../../components/git/gitlab.ts";
import type { Outputs } from "./mocks.ts";

/** The SSH keys of either host. */
export const knownHosts = "git.example ssh-ed25519 AAAA\n";

/** What tells GitHub's repositories apart by number; others have the number 1. GitLab's have the mock's ids. */
export const repositoryNumbers: Readonly<Record<string, number>> = { shop: 11, charts: 12, fluxcd: 13 };

interface MockedHost {
  readonly make: () => GitHost;
  readonly outputs: Outputs;
}

const host = () => ({
  owner: "acme",
  baseUrl: "https://git.example/",
  token: pulumi.secret("a-token"),
  knownHosts,
});
const web = (name: unknown) => `https://git.example/acme/${String(name)}`;
const ssh = (name: unknown) => `git@git.example:acme/${String(name)}.git`;

export const mockedHosts: Readonly<Record<"github" | "gitlab", MockedHost>> = {
  github: {
    make: () => new GitHubHost("host", { ...host(), writeDelaySeconds: 0 }, {}),
    outputs: {
      "github:index/repository:Repository": (_, { name }) => ({
        nodeId: `R_${String(name)}`,
        repoId: repositoryNumbers[String(name)] ?? 1,
        httpCloneUrl: `${web(name)}.git`,
        sshCloneUrl: ssh(name),
        htmlUrl: web(name),
      }),
    },
  },
  gitlab: {
    make: () => new GitLabHost("host", { ...host(), namespaceId: 7 }, {}),
    outputs: {
      "gitlab:index/project:Project": (_, { path }) => ({
        pathWithNamespace: `acme/${String(path)}`,
        httpUrlToRepo: `${web(path)}.git`,
        sshUrlToRepo: ssh(path),
        webUrl: web(path),
      }),
      "gitlab:index/projectAccessToken:ProjectAccessToken": () => ({ token: "glpat-of-the-project" }),
    },
  },
};
