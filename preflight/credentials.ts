/**
 * Which keys and tokens a run replaces, and which ones end soon: known before the graph is built, from what the last run wrote
 * down. Pure.
 */
import {
  endIsNear,
  endOf,
  nearness,
  planKey,
  type KeyPlan,
  type KeyRules,
  type Nearness,
} from "../components/git/keys/key-life.ts";
import { namedKeys, type NamedKey } from "../components/git/keys/key-names.ts";
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
    const record = previous.credentials?.[key.name];
    const known = { name: key.name, exists: isKnown(key, previous), record };
    const end =
      tokenEnd(key, config) ?? (record === undefined ? unknownTokenEnd(key, rules, now) : undefined);
    return { ...key, plan: planKey({ ...known, end }, rules, now, ends && key.kind !== "webhookToken") };
  });
  const postponed = planned.filter(({ plan }) => plan.postponed).map(({ name }) => name);
  const near = ends
    ? planned.flatMap((key) => endFinding(key, tokenEnd(key, config) !== undefined, rules, now))
    : [];
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

/** A project's token always has an end: of one that nothing is known of, it is counted from this run, which so makes another. */
function unknownTokenEnd({ kind }: NamedKey, { expireAfter }: KeyRules, now: Date): string | undefined {
  return kind === "projectToken" && expireAfter !== undefined ? endOf(now, expireAfter) : undefined;
}

/** A project's token ends as the day begins that its delivery names, if it names one. */
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

/** A new one ends later than the one before it; but a token that has a day written down for it ends on that one, too. */
function endFinding(
  { name, kind, app = "", plan }: Planned,
  onDay: boolean,
  rules: KeyRules,
  now: Date,
): Finding[] {
  const of = `the ${kind === "projectToken" ? "token" : "key"} "${name}"`;
  if (!onDay) {
    const key = `slipway:credentials.rotate["${name}"]`;
    const command = setCommand(key, now.toISOString().slice(0, 10));
    return findingOf(endIsNear(plan, rules, now), { key, command, of }, plan);
  }
  const key = `slipway:repositories.${app}.delivery.token.expiresAt`;
  const command = setCommand(key, latestTokenDay(now));
  const near = nearness(plan.record.expires, rules, now);
  return findingOf(near, { key, command, of }, plan);
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
