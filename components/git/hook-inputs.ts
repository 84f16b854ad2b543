/** What a hook is told of the resource that it runs for, whichever host's it is. */
import type * as pulumi from "@pulumi/pulumi";
import { knownValue } from "../known-value.ts";
import { patiently, type Patience } from "../patience.ts";
import { passing } from "./host-request.ts";

/** The inputs of a resource that is about to be made. */
export type HookInputs = pulumi.ResourceHookArgs["newInputs"];

/** Half a minute for a host that is restarted: the engine asks no error hook when a hook before a resource fails. */
const patience: Patience = { attempts: 8, pauseMs: 1000 };

/** Asks a host that may be away, or limit requests, as long as is reasonable. */
export function askPatiently<T>(ask: () => Promise<T>): Promise<T> {
  return patiently(ask, patience, passing);
}

/** A text among the inputs; a secret comes as an output. @throws when it is no text */
export async function textInput(inputs: HookInputs, key: string): Promise<string> {
  const value = await optionalText(inputs, key);
  if (value === undefined) throw new Error(`the input "${key}" is no text`);
  return value;
}

/** The same, where it may be left out. */
export async function optionalText(inputs: HookInputs, key: string): Promise<string | undefined> {
  const value: unknown = await knownValue(inputs?.[key] as pulumi.Input<unknown>);
  return typeof value === "string" ? value : undefined;
}

/** The last part of a type's token: `Repository` of `github:index/repository:Repository`. */
export const kindOf = (type: string): string => type.split(":").at(-1) ?? "";
