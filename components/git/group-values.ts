import * as pulumi from "@pulumi/pulumi";
import type { CiValue } from "./ci.ts";
import type { GitHost, SeededRepository } from "./git-host.ts";

export interface GroupValuesArgs {
  readonly host: GitHost;
  /** The repositories of the stack. */
  readonly repositories: readonly SeededRepository[];
  /** Plain variables. */
  readonly variables: readonly Omit<CiValue, "environment">[];
  /** Secrets. */
  readonly secrets: readonly Omit<CiValue, "environment">[];
}

/** CI variables and secrets that the organisation or group has for the repositories of the stack. */
export class GroupValues extends pulumi.ComponentResource {
  constructor(name: string, args: GroupValuesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:index:GroupValues", name, {}, opts);
    const { host, repositories, variables, secrets } = args;
    for (const value of variables)
      host.groupVariable(`${name}-${value.key}`, { repositories, ...value }, { parent: this });
    for (const value of secrets)
      host.groupSecret(`${name}-${value.key}`, { repositories, ...value }, { parent: this });
    this.registerOutputs({});
  }
}
