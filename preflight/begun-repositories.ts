/** Repositories that a killed run of this stack was making: Pulumi's state keeps what was under way, or the lab has entered it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { fullStackName } from "../components/stack-name.ts";
import { messageOf } from "../components/error-message.ts";

const run = promisify(execFile);

interface StateResource {
  readonly type: string;
  readonly inputs?: { readonly name?: string };
}

/** As much of a state, as `pulumi stack export` prints it, as is looked at. */
interface ExportedState {
  readonly deployment?: {
    readonly resources?: readonly StateResource[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: StateResource }[];
  };
}

/**
 * Names on the host of the repositories whose creation was begun: those whose end nobody knows, and those in the state, which
 * are this stack's whether they are marked yet or not.
 *
 * A program cannot ask the engine for it, so this starts a `pulumi` of its own, which takes a second: for the rare case
 * only. Where it does not start, nothing is known to be begun.
 */
export async function begunRepositories(): Promise<ReadonlySet<string>> {
  const args = ["stack", "export", "--stack", fullStackName(), "--non-interactive"];
  try {
    return creating((await run("pulumi", args, { maxBuffer: 256 * 2 ** 20 })).stdout);
  } catch (error) {
    const why = messageOf(error);
    await pulumi.log.debug(`What an earlier run has begun is not known: ${why}`);
    return new Set();
  }
}

function creating(text: string): ReadonlySet<string> {
  const { deployment: { resources = [], pending_operations: operations = [] } = {} } = JSON.parse(
    text,
  ) as ExportedState;
  const begun = operations.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  const names = [...resources, ...begun]
    .filter(({ type }) => type === "github:index/repository:Repository")
    .map(({ inputs }) => inputs?.name ?? "");
  return new Set(names);
}
