/** What the stack said of itself when it last ran. */
import * as pulumi from "@pulumi/pulumi";
import { fullStackName } from "../components/stack-name.ts";
import type { KeyRecord } from "../components/git/keys/key-life.ts";
import type { Reference } from "../components/git/reference.ts";

/** The outputs of the stack's last run as far as they are looked at; none before the first, and after a `destroy`. */
export interface PreviousOutputs {
  /** Addresses of the repositories that are in the state, by name. */
  readonly repositories?: Readonly<Record<string, unknown>>;
  /** Where repositories of other stacks were found, by name. */
  readonly references?: Readonly<Record<string, Reference>>;
  /** Versions of Flux's controllers, by name. */
  readonly controllers?: Readonly<Record<string, unknown>>;
  /** Fingerprints of the keys, by name. */
  readonly deployKeys?: Readonly<Record<string, string>>;
  /** What tells the tokens apart, by name; a stack that an older version of Slipway has run says nothing of them. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Since when each key or token is there, and what it was made under, by name. */
  readonly credentials?: Readonly<Record<string, KeyRecord>>;
}

/** Reads the stack's own outputs from its state. */
export async function previousOutputs(): Promise<PreviousOutputs> {
  const answer = (await pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {
    name: fullStackName(),
  })) as {
    outputs?: PreviousOutputs;
  };
  return answer.outputs ?? {};
}
