/** Which keys a run replaces, and which ones end soon: known before the graph is built, from what the last run wrote down. Pure. */
import { endIsNear, planKey, type KeyPlan } from "../components/git/key-life.ts";
import { keyNames } from "../components/git/key-names.ts";
import { setCommand } from "../config/problems.ts";
import type { Stack } from "../config/schema.ts";
import type { Finding } from "./finding.ts";
import type { PreviousOutputs } from "./previous-outputs.ts";

/** What becomes of the keys of a stack in a run. */
export interface PlannedKeys {
  /** A plan for each key that the stack may have, by name. */
  readonly plans: Readonly<Record<string, KeyPlan>>;
  /** Keys that end soon, or have ended and stop the run, with the command that renews each. */
  readonly findings: readonly Finding[];
}

/**
 * Decides about each key of the stack.
 *
 * @param previous outputs of the stack's last run, which say how old its keys are
 */
export function planKeys(
  config: Pick<Stack, "git" | "credentials" | "repositories" | "environments">,
  previous: PreviousOutputs,
  now = new Date(),
): PlannedKeys {
  const { credentials: rules, git } = config;
  const { deployKeys = {}, credentials = {} } = previous;
  const ends = git.kind === "gitlab";
  const plans = keyNames(config).map((name) => {
    const known = { name, exists: Object.hasOwn(deployKeys, name), record: credentials[name] };
    return [name, planKey(known, rules, now, ends)] as const;
  });
  const postponed = plans.filter(([, plan]) => plan.postponed).map(([name]) => name);
  const findings = [
    ...(postponed.length === 0 ? [] : [postponedFinding(postponed)]),
    ...(ends
      ? plans.flatMap(([name, plan]) => endFinding(name, plan, endIsNear(plan, rules, now), now))
      : []),
  ];
  return { plans: Object.fromEntries(plans), findings };
}

function postponedFinding(names: readonly string[]): Finding {
  const message =
    `asks for new keys where nothing was written down of the old ones so far (${names.join(", ")}): this run does that, ` +
    "and the `pulumi up` after it replaces them";
  return { key: "slipway:credentials", message, stops: "nothing" };
}

function endFinding(name: string, plan: KeyPlan, near: ReturnType<typeof endIsNear>, now: Date): Finding[] {
  if (near === "no") return [];
  const key = `slipway:credentials.rotate["${name}"]`;
  const command = setCommand(key, now.toISOString().slice(0, 10));
  const of = `the key "${name}", made ${plan.since?.slice(0, 10) ?? ""},`;
  const day = plan.record.expires?.slice(0, 10) ?? "";
  return near === "over"
    ? [
        {
          key,
          message: `${of} has ended on ${day}, and opens nothing any more: renew it`,
          command,
          stops: "runs",
        },
      ]
    : [
        {
          key,
          message: `${of} ends on ${day}: this renews it, with the next \`pulumi up\``,
          command,
          stops: "nothing",
        },
      ];
}
