/** Repositories that a killed run of this stack was making: Pulumi's state keeps what was under way. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { fullStackName } from "../components/stack-name.ts";
import { messageOf } from "../components/error-message.ts";

const run = promisify(execFile);

/** As much of a state, as `pulumi stack export` prints it, as is looked at. */
interface ExportedState {
  readonly deployment?: {
    readonly pending_operations?: readonly {
      readonly type: string;
      readonly resource: { readonly type: string; readonly inputs?: { readonly name?: string } };
    }[];
  };
}

/**
 * Names on the host of the repositories whose creation was begun, and whose end nobody knows.
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
  const { deployment } = JSON.parse(text) as ExportedState;
  const names = (deployment?.pending_operations ?? [])
    .filter(
      ({ type, resource }) => type === "creating" && resource.type === "github:index/repository:Repository",
    )
    .map(({ resource }) => resource.inputs?.name ?? "");
  return new Set(names);
}
