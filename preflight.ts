/** What has to be known before the first resource is registered: which of the repositories exist already, and whose they are. */
import * as pulumi from "@pulumi/pulumi";
import { decide, stackTopic, type Adoption, type FoundRepository } from "./components/git/adoption.ts";
import { findGitHubRepository } from "./components/git/github-api.ts";
import { findGitLabNamespace, findGitLabProject } from "./components/git/gitlab-api.ts";
import type { Config } from "./config.ts";
import { ConfigError, type Problem } from "./config/problems.ts";
import type { Git } from "./config/schema.ts";

/**
 * Looks each repository up on the host, and decides which ones are taken over. Reads only.
 *
 * A host that does not answer is no error here: a preview has to work without one, and an update fails
 * at the first resource with the provider's own words.
 *
 * @returns the repositories to take over, by name
 * @throws {ConfigError} naming every repository that exists and is not this stack's
 */
export async function findAdoptions(config: Config): Promise<Record<string, Adoption>> {
  const known = await knownRepositories(config.git);
  const mark = stackTopic(pulumi.getProject(), pulumi.getStack());
  const token = await plain(config.gitToken);
  const problems: Problem[] = [];
  const adoptions: Record<string, Adoption> = {};

  await Promise.all(
    Object.entries(config.repositories).map(async ([name, repository]) => {
      if (known.has(name)) return;
      const found = await find(config, name, token);
      const { description = "", topics, visibility, adopt } = repository;
      const decision = decide({ description, topics, visibility, adopt }, found, mark);
      if (decision.kind === "refuse") {
        problems.push({ key: `slipway:repositories.${name}`, message: decision.message });
      }
      if (decision.kind === "adopt") adoptions[name] = decision.adoption;
    }),
  );
  if (problems.length > 0) throw new ConfigError(problems.sort((a, b) => (a.key < b.key ? -1 : 1)));
  return adoptions;
}

/**
 * The number of the account that owns the repositories, where the host's resources want it: on GitLab.
 *
 * @throws {ConfigError} when there is no such account, or the host does not tell
 */
export async function findOwnerId({ git, gitToken }: Config): Promise<number | undefined> {
  if (git.kind !== "gitlab") return undefined;
  const refuse = (key: string, message: string) => new ConfigError([{ key, message }]);
  const id = await findGitLabNamespace({ ...git, token: await plain(gitToken) }).catch((error: unknown) => {
    const why = reasonOf(error);
    throw refuse("slipway:git.baseUrl", `whose projects they are cannot be asked: ${why}`);
  });
  if (id !== undefined) return id;
  throw refuse(
    "slipway:git.owner",
    `got "${git.owner}", and ${git.baseUrl} shows this token no group and no user of that path: make the group first, ` +
      "or let the token's user be a member of it",
  );
}

/** Whether an address for people is on a host, whose API may be at a name below it. */
function isAt(url: unknown, baseUrl: string): boolean {
  if (typeof url !== "string" || !URL.canParse(url)) return false;
  return new URL(url).host === new URL(baseUrl).host.replace(/^api\./, "");
}

/** The repositories among the outputs of the stack's last run that are on the host: those are in its state. */
async function knownRepositories({ baseUrl }: Git): Promise<ReadonlySet<string>> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const answer = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name })) as {
    outputs?: { repositories?: Record<string, unknown> };
  };
  // A stack that moves to another host has none there yet.
  const here = Object.entries(answer.outputs?.repositories ?? {}).filter(([, url]) => isAt(url, baseUrl));
  return new Set(here.map(([name]) => name));
}

async function find(
  config: Config,
  name: string,
  token: string | undefined,
): Promise<FoundRepository | undefined> {
  try {
    const { git } = config;
    switch (git.kind) {
      case "github":
        return await findGitHubRepository({ ...git, token }, name);
      case "gitlab":
        return await findGitLabProject({ ...git, token }, name);
    }
  } catch (error) {
    const why = reasonOf(error);
    await pulumi.log.warn(`Whether the repository ${name} exists is not known: ${why}`);
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/** The value of a secret that the configuration has: it is never unknown. */
function plain(secret: pulumi.Output<string> | undefined): Promise<string | undefined> {
  if (secret === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => secret.apply((value) => resolve(value)));
}
