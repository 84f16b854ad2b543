/** What has to be known before the graph is built: all look-ups of one run, and all that they find in one error. */
import * as pulumi from "@pulumi/pulumi";
import { stackTopic, type Adoption } from "../components/git/adoption.ts";
import type { Reference } from "../components/git/reference.ts";
import type { KeyPlan } from "../components/git/keys/key-life.ts";
import { knownValue } from "../components/known-value.ts";
import type { Config } from "../config.ts";
import { ConfigError } from "../config/problems.ts";
import { findAdoptions } from "./adoptions.ts";
import { planKeys } from "./credentials.ts";
import { droppedComponentFindings } from "./dropped-components.ts";
import { verdict } from "./finding.ts";
import { gitLabEdition } from "./gitlab-edition.ts";
import { hostLimits, type HostApi } from "./host-limits.ts";
import { HostLookUps } from "./host-look-ups.ts";
import { knownRepositories } from "./known-repositories.ts";
import { needsOf } from "./needs.ts";
import { previousOutputs, type PreviousOutputs } from "./previous-outputs.ts";
import { findReferences } from "./references.ts";

/** What the graph is built with. */
export interface Preflight {
  /** Repositories that exist on the host and are to be taken into the state, by name. */
  readonly adoptions: Readonly<Record<string, Adoption>>;
  /** Where the repositories of other stacks are, by name. */
  readonly references: Readonly<Record<string, Reference>>;
  /** The host's number of the account that owns the repositories, for GitLab. */
  readonly ownerId: number | undefined;
  /** What becomes of the keys and tokens in this run, by name. */
  readonly keyPlans: Readonly<Record<string, KeyPlan>>;
  /** What the stack said of itself when it last ran. */
  readonly previous: PreviousOutputs;
  /** Whether the host is an Enterprise Edition of GitLab, where that is asked. */
  readonly gitlabEnterprise: boolean | undefined;
}

/**
 * Asks the Git host, and where a controller goes the cluster, what stands against this stack, all at once. Nothing is written
 * before nothing does.
 *
 * @throws {ConfigError} naming everything that stands against it
 * @throws {pulumi.RunError} when an update finds that the host is away
 */
export async function preflight(config: Config): Promise<Preflight> {
  const previous = await previousOutputs();
  const preview = pulumi.runtime.isDryRun();
  const { kind, owner, baseUrl } = config.git;
  const asked = { owner, baseUrl, tokenName: config.gitTokenName, now: Date.now() };
  const api: HostApi = { ...config.git, token: await knownValue(config.gitToken) };
  const lookUps = new HostLookUps(kind, asked, preview);

  const known = knownRepositories(baseUrl, previous);
  const all = Object.entries(config.repositories);
  const references = all.filter(([, { reference }]) => reference).map(([name]) => name);
  const made = Object.fromEntries(all.filter(([name, { reference }]) => !reference && !known.has(name)));
  const mark = stackTopic(pulumi.getProject(), pulumi.getStack());
  const keys = planKeys(config, previous);
  const [dropped, limits, edition, adopted, referred] = await Promise.all([
    droppedComponentFindings(config, previous),
    hostLimits(api, needsOf(config, known), asked, lookUps),
    gitLabEdition(api, config.repositories, lookUps),
    findAdoptions(api, made, mark, lookUps),
    findReferences(api, references, known, previous, lookUps),
  ]);

  const findings = [
    dropped,
    limits.findings,
    edition.findings,
    adopted.findings,
    referred.findings,
    keys.findings,
    lookUps.findings,
  ].flat();
  const { problems, warnings } = verdict(findings, preview);
  for (const warning of warnings) await pulumi.log.warn(warning);
  if (problems.length > 0) throw new ConfigError(problems);
  await adopted.mark();
  return {
    adoptions: adopted.adoptions,
    references: referred.references,
    ownerId: limits.ownerId,
    keyPlans: keys.plans,
    previous,
    gitlabEnterprise: edition.enterprise,
  };
}
