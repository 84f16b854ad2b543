/** The deploy keys that a stack's state has. */
import * as pulumi from "@pulumi/pulumi";
import { fullStackName } from "../stack-name.ts";
import { keyMaterial } from "./found-keys.ts";

/**
 * Reads which keys the state of this stack has registered, as {@link keyMaterial} has them. Pulumi does not tell a hook whether
 * what it makes takes the place of something; and what the last complete run has put out says nothing of one that failed.
 */
export async function keysInState(): Promise<ReadonlySet<string>> {
  const answer = (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName: fullStackName(),
  })) as {
    outputs?: Readonly<
      Record<string, { readonly type: string; readonly outputs?: { readonly key?: unknown } }>
    >;
  };
  const keys = Object.values(answer.outputs ?? {}).flatMap(({ type, outputs: { key } = {} }) =>
    type.endsWith("DeployKey") && typeof key === "string" ? [keyMaterial(key)] : [],
  );
  return new Set(keys);
}
