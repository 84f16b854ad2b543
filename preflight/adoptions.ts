/** Which of the repositories exist already, and whose they are. */
import * as pulumi from "@pulumi/pulumi";
import { begunRepositories } from "./begun-repositories.ts";
import {
  decide,
  stackTopic,
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
} from "../components/git/github-api.ts";
import { findGitLabProject } from "../components/git/gitlab-api.ts";
import { messageOf } from "../components/error-message.ts";
import { HostAwayError } from "../components/git/host-request.ts";
import { knownValue } from "../components/known-value.ts";
import { patiently, patienceSeconds, type Patience } from "../components/patience.ts";
import type { Config } from "../config.ts";
import { ConfigError, type Problem } from "../config/problems.ts";
import type { Git } from "../config/schema.ts";
import { hostPatience } from "./host-patience.ts";
import type { PreviousOutputs } from "./previous-outputs.ts";

/** The host, and the token to ask it with. */
type HostApi = Git & { readonly token: string | undefined };

/**
 * Looks each repository up on the host, and decides which ones are taken over. Reads only, but for the mark of a
 * repository that a killed run of this stack has made and not come to marking.
 *
 * A host that does not answer is tried again for some seconds. In a preview, which has to work without one, it is no
 * error.
 *
 * @param previous outputs of the stack's last run: the repositories among them are in its state
 * @returns the repositories to take over, by name
 * @throws {ConfigError} naming every repository that exists and is not this stack's
 * @throws {pulumi.RunError} when an update finds that the host is away
 */
export async function findAdoptions(
  config: Config,
  previous: PreviousOutputs,
): Promise<Record<string, Adoption>> {
  const known = knownRepositories(config.git.baseUrl, previous);
  const mark = stackTopic(pulumi.getProject(), pulumi.getStack());
  const api: HostApi = { ...config.git, token: await knownValue(config.gitToken) };
  const problems: Problem[] = [];
  const adoptions: Record<string, Adoption> = {};
  const unmarked: string[] = [];
  const begun = once(begunRepositories);
  // All repositories are looked up at once, and find the same: one line says it.
  let said = pulumi.runtime.isDryRun();
  const onPause = (error: unknown) => {
    if (said) return;
    said = true;
    void pulumi.log.warn(`${messageOf(error)}: trying again for ${patienceSeconds(hostPatience())} s …`);
  };

  await Promise.all(
    Object.entries(config.repositories).map(async ([name, repository]) => {
      if (known.has(name)) return;
      const found = await find(api, name, onPause);
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
        problems.push({ key: `slipway:repositories.${name}`, message: decision.message });
      }
      if (decision.kind === "adopt") adoptions[name] = decision.adoption;
    }),
  );
  if (problems.length > 0) throw new ConfigError(problems.sort((a, b) => (a.key < b.key ? -1 : 1)));
  if (api.kind === "github" && !pulumi.runtime.isDryRun()) {
    await Promise.all(
      unmarked.map((name) => setTopics(api, name, [...(config.repositories[name]?.topics ?? []), mark])),
    );
  }
  return adoptions;
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

/** Whether an address for people is on a host, whose API may be at a name below it. */
function isAt(url: unknown, baseUrl: string): boolean {
  if (typeof url !== "string" || !URL.canParse(url)) return false;
  return new URL(url).host === new URL(baseUrl).host.replace(/^api\./, "");
}

/** The repositories among the outputs of the stack's last run that are on the host: those are in its state. */
function knownRepositories(baseUrl: string, { repositories = {} }: PreviousOutputs): ReadonlySet<string> {
  // A stack that moves to another host has none there yet.
  const here = Object.entries(repositories).filter(([, url]) => isAt(url, baseUrl));
  return new Set(here.map(([name]) => name));
}

async function find(
  api: HostApi,
  name: string,
  onPause: (error: unknown) => void,
): Promise<FoundRepository | undefined> {
  const patience = hostPatience();
  try {
    return await patiently(
      () => lookUp(api, name),
      patience,
      (error) => error instanceof HostAwayError,
      onPause,
    );
  } catch (error) {
    if (error instanceof HostAwayError && !pulumi.runtime.isDryRun())
      throw new pulumi.RunError(away(error, patience));
    await pulumi.log.warn(`Whether the repository ${name} exists is not known: ${messageOf(error)}`);
    return undefined;
  }
}

function lookUp(api: HostApi, name: string): Promise<FoundRepository | undefined> {
  switch (api.kind) {
    case "github":
      return findGitHubRepository(api, name);
    case "gitlab":
      return findGitLabProject(api, name);
  }
}

function away(error: Error, { attempts }: Patience): string {
  return (
    `The Git host is away: ${error.message}, in ${attempts} attempts. Nothing was touched. ` +
    "Check `slipway:git.baseUrl` and the way to it, then run `pulumi up` again."
  );
}

/** The same work for all who ask, and none if nobody does. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
