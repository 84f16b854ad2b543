import type * as pulumi from "@pulumi/pulumi";
import type { KeyPlan, KeyRecord } from "./key-life.ts";

/**
 * What the stack writes down of its keys and tokens, by name. One with another fingerprint than in the last run is as old as
 * this run, whoever has replaced it: its plan, or a person by `--replace`.
 *
 * @param fingerprints of those that there are, or whatever else tells one from the next, such as a token's id
 * @param before fingerprints of the last run
 */
export function keyRecords(
  fingerprints: Readonly<Record<string, pulumi.Output<string>>>,
  plans: Readonly<Record<string, KeyPlan>>,
  before: Readonly<Record<string, string>> = {},
  now = new Date(),
): Record<string, pulumi.Output<KeyRecord>> {
  const records = Object.entries(fingerprints).flatMap(([name, fingerprint]) => {
    const plan = plans[name];
    if (plan === undefined) return [];
    const record = fingerprint.apply((found) => ({
      since: (found === before[name] ? plan.since : undefined) ?? now.toISOString(),
      ...plan.record,
    }));
    return [[name, record] as const];
  });
  return Object.fromEntries(records);
}
