/** Which of the repositories exist already, and whose they are. */
import * as pulumi from "@pulumi/pulumi";
import {
  decide,
  type Adoption,
  type Decision,
  type FoundRepository,
  type WantedRepository,
} from "../components/git/adoption.ts";
import {
  findGitHubRepository,
  isEmptyRepository,
  setTopics,
  type GitHubApi,
} from "../components/git/github/api.ts";
import { findGitLabProject } from "../components/git/gitlab/api.ts";
import type { Repository } from "../config/schema.ts";
import { begunRepositories } from "./begun-repositories.ts";
import type { Finding } from "./finding.ts";
import type { HostApi } from "./host-limits.ts";
import type { HostLookUps } from "./host-look-ups.ts";

/** What there is on the host of a stack's own. */
export interface Adoptions {
  /** Every repository that exists and is not this stack's. */
  readonly findings: readonly Finding[];
  /** The repositories to take over, by name. */
  readonly adoptions: Readonly<Record<string, Adoption>>;
  /** Gives those their mark that a killed run of this stack has made and not come to marking: the one write, for an update. */
  readonly mark: () => Promise<void>;
}

/**
 * Looks each repository up on the host, and decides which ones are taken over. Reads only.
 *
 * @param repositories those that are to be there and are not in the state, by name
 * @param mark the stack's topic
 */
export async function findAdoptions(
  api: HostApi,
  repositories: Readonly<Record<string, Repository>>,
  mark: string,
  lookUps: HostLookUps,
): Promise<Adoptions> {
  const findings: Finding[] = [];
  const adoptions: Record<string, Adoption> = {};
  const unmarked: string[] = [];
  const begun = once(begunRepositories);

  await Promise.all(
    Object.entries(repositories).map(async ([name, repository]) => {
      const found = await lookUps.ask(`Whether the repository ${name} exists`, () => lookUp(api, name));
      const { description = "", topics, visibility, adopt } = repository;
      const wanted = { description, topics, visibility, adopt };
      const first = decide(wanted, found, mark);
      const left =
        api.kind === "github" &&
        first.kind === "refuse" &&
        found?.topics.length === 0 &&
        (await begun()).has(name)
          ? await decideBegun(api, wanted, found, mark)
          : undefined;
      if (left !== undefined) unmarked.push(name);
      const decision = left ?? first;
      if (decision.kind === "refuse") {
        findings.push({
          key: `slipway:repositories.${name}`,
          message: decision.message,
          stops: "runs",
        });
      }
      if (decision.kind !== "adopt") return;
      adoptions[name] = decision.adoption;
      if (found?.administered === false) findings.push(notAdministered(name));
    }),
  );
  const markAll = async (): Promise<void> => {
    if (api.kind !== "github" || pulumi.runtime.isDryRun()) return;
    await Promise.all(
      unmarked.map((name) => setTopics(api, name, [...(repositories[name]?.topics ?? []), mark])),
    );
  };
  return { findings, adoptions, mark: markAll };
}

function notAdministered(name: string): Finding {
  const message =
    "exists, and the token's user may not change it: let its owner make the user an administrator (GitLab: Maintainer) of it";
  return { key: `slipway:repositories.${name}`, message, stops: "updates" };
}

/**
 * GitHub marks a repository by a request of its own, after the one that makes it. One that was made by a run which was
 * killed between both is given its topics before the import, which keeps those that it finds.
 *
 * @returns nothing when there is something in it: then it is not as that run had left it
 */
async function decideBegun(
  api: GitHubApi,
  wanted: WantedRepository,
  found: FoundRepository,
  mark: string,
): Promise<Decision | undefined> {
  if (!(await isEmptyRepository(api, found.name))) return undefined;
  return pulumi.runtime.isDryRun()
    ? decide({ ...wanted, adopt: true }, found, mark)
    : decide(wanted, { ...found, topics: [...wanted.topics, mark] }, mark);
}

function lookUp(api: HostApi, name: string): Promise<FoundRepository | undefined> {
  switch (api.kind) {
    case "github":
      return findGitHubRepository(api, name);
    case "gitlab":
      return findGitLabProject(api, name);
  }
}

/** The same work for all who ask, and none if nobody does. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
