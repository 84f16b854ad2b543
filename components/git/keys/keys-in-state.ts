/** The deploy keys and tokens that a stack's state has. */
import * as pulumi from "@pulumi/pulumi";
import { fullStackName } from "../../stack-name.ts";
import { keyMaterial } from "./found-keys.ts";

/**
 * Reads which keys the state of this stack has registered, as {@link keyMaterial} has them. Pulumi does not tell a hook whether
 * what it makes takes the place of something; and what the last complete run has put out says nothing of one that failed.
 */
export async function keysInState(): Promise<ReadonlySet<string>> {
  const keys = (await resourcesInState()).flatMap(({ type, outputs: { key } = {} }) =>
    type.endsWith("DeployKey") && typeof key === "string" ? [keyMaterial(key)] : [],
  );
  return new Set(keys);
}

/** Reads which users the project tokens in the state of this stack act as, by their numbers. */
export async function tokenUsersInState(): Promise<ReadonlySet<number>> {
  const users = (await resourcesInState()).flatMap(({ type, outputs: { userId } = {} }) =>
    type.endsWith("ProjectAccessToken") && typeof userId === "number" ? [userId] : [],
  );
  return new Set(users);
}

interface StateResource {
  readonly type: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

async function resourcesInState(): Promise<readonly StateResource[]> {
  const answer = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName: fullStackName(),
  })) as { outputs?: Readonly<Record<string, StateResource>> };
  return Object.values(answer.outputs ?? {});
}
