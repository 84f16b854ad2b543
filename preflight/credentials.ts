/**
 * Which keys and tokens a run replaces, and which ones end soon: known before the graph is built, from what the last run wrote
 * down. Pure.
 */
import { endIsNear, nearness, planKey, type KeyPlan, type Nearness } from "../components/git/key-life.ts";
import { namedKeys, type NamedKey } from "../components/git/key-names.ts";
import { latestTokenDay } from "../config/identity-references.ts";
import { setCommand } from "../config/problems.ts";
import type { Stack } from "../config/schema.ts";
import type { Finding } from "./finding.ts";
import type { PreviousOutputs } from "./previous-outputs.ts";

/** What becomes of the keys and tokens of a stack in a run. */
export interface PlannedKeys {
  /** A plan for each that the stack may have, by name. */
  readonly plans: Readonly<Record<string, KeyPlan>>;
  /** Those that end soon, or have ended and stop the run, with the command that renews each. */
  readonly findings: readonly Finding[];
}

/** One of them, and what a run does with it. */
interface Planned extends NamedKey {
  readonly plan: KeyPlan;
}

/** As much of a stack as decides about its keys. */
type KeyedStack = Pick<Stack, "git" | "flux" | "credentials" | "repositories" | "environments">;

/**
 * Decides about each key and token of the stack.
 *
 * @param previous outputs of the stack's last run, which say how old its keys are
 */
export function planKeys(config: KeyedStack, previous: PreviousOutputs, now = new Date()): PlannedKeys {
  const { credentials: rules, git } = config;
  const ends = git.kind === "gitlab";
  const planned = namedKeys(config).map((key): Planned => {
    const known = {
      name: key.name,
      exists: isKnown(key, previous),
      record: previous.credentials?.[key.name],
      end: tokenEnd(key, config),
    };
    return { ...key, plan: planKey(known, rules, now, ends && key.kind === "deployKey") };
  });
  const postponed = planned.filter(({ plan }) => plan.postponed).map(({ name }) => name);
  const near = ends ? planned.flatMap((key) => endFinding(key, rules, now)) : [];
  return {
    plans: Object.fromEntries(planned.map(({ name, plan }) => [name, plan])),
    findings: [...(postponed.length === 0 ? [] : [postponedFinding(postponed)]), ...near],
  };
}

/** Whether the last run had it. Of the tokens of a stack that an older Slipway has run, nobody knows: so it may. */
function isKnown({ name, kind }: NamedKey, { deployKeys, tokens }: PreviousOutputs): boolean {
  if (kind === "deployKey") return Object.hasOwn(deployKeys ?? {}, name);
  return tokens === undefined ? deployKeys !== undefined : Object.hasOwn(tokens, name);
}

/** A project's token ends as the day begins that its delivery names. */
function tokenEnd({ app = "" }: NamedKey, { repositories }: KeyedStack): string | undefined {
  const day = repositories[app]?.delivery?.token?.expiresAt;
  return day === undefined ? undefined : `${day}T00:00:00Z`;
}

function postponedFinding(names: readonly string[]): Finding {
  const message =
    `asks for new keys where nothing was written down of the old ones so far (${names.join(", ")}): this run does that, ` +
    "and the `pulumi up` after it replaces them";
  return { key: "slipway:credentials", message, stops: "nothing" };
}

/** A new key ends later than the one before it, and a new token on the day that is written down for it. */
function endFinding({ name, app, plan }: Planned, rules: Stack["credentials"], now: Date): Finding[] {
  if (app === undefined) {
    const key = `slipway:credentials.rotate["${name}"]`;
    const command = setCommand(key, now.toISOString().slice(0, 10));
    return findingOf(endIsNear(plan, rules, now), { key, command, of: `the key "${name}"` }, plan);
  }
  const key = `slipway:repositories.${app}.delivery.token.expiresAt`;
  const command = setCommand(key, latestTokenDay(now));
  const near = nearness(plan.record.expires, rules, now);
  return findingOf(near, { key, command, of: `the token "${name}"` }, plan);
}

function findingOf(
  near: Nearness,
  { of, key, command }: { readonly of: string; readonly key: string; readonly command: string },
  { since, record }: KeyPlan,
): Finding[] {
  if (near === "no") return [];
  const what = since === undefined ? of : `${of}, made ${since.slice(0, 10)},`;
  const day = record.expires?.slice(0, 10) ?? "";
  const over = `${what} has ended on ${day}, and opens nothing any more: renew it`;
  const soon = `${what} ends on ${day}: this renews it, with the next \`pulumi up\``;
  return [
    { key, message: near === "over" ? over : soon, command, stops: near === "over" ? "runs" : "nothing" },
  ];
}
