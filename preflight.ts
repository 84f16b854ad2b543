/** What has to be known before the first resource is registered: which of the repositories exist already, and whose they are. */
import * as pulumi from "@pulumi/pulumi";
import { decide, stackTopic, type Adoption, type FoundRepository } from "./components/git/adoption.ts";
import { findGitHubRepository } from "./components/git/github-api.ts";
import type { Config } from "./config.ts";
import { ConfigError, type Problem } from "./config/problems.ts";
import type { PreviousOutputs } from "./previous-outputs.ts";

/**
 * Looks each repository up on the host, and decides which ones are taken over. Reads only.
 *
 * A host that does not answer is no error here: a preview has to work without one, and an update fails
 * at the first resource with the provider's own words.
 *
 * @param previous outputs of the stack's last run: the repositories among them are in its state
 * @returns the repositories to take over, by name
 * @throws {ConfigError} naming every repository that exists and is not this stack's
 */
export async function findAdoptions(
  config: Config,
  previous: PreviousOutputs,
): Promise<Record<string, Adoption>> {
  const known = new Set(Object.keys(previous.repositories ?? {}));
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

async function find(
  config: Config,
  name: string,
  token: string | undefined,
): Promise<FoundRepository | undefined> {
  try {
    return await findGitHubRepository({ ...config.git, token }, name);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    await pulumi.log.warn(`Whether the repository ${name} exists is not known: ${why}`);
    return undefined;
  }
}

/** The value of a secret that the configuration has: it is never unknown. */
function plain(secret: pulumi.Output<string> | undefined): Promise<string | undefined> {
  if (secret === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => secret.apply((value) => resolve(value)));
}
