import * as pulumi from "@pulumi/pulumi";
import { Resource } from "./resource.js";

export class ProjectHook extends Resource {
  static __pulumiType = "gitlab:index/projectHook:ProjectHook";

  constructor(name, args, opts) {
    const secret = { ...args, ...(args.token !== undefined && { token: pulumi.secret(args.token) }) };
    super(
      ProjectHook.__pulumiType,
      name,
      secret,
      ["hookId", "projectId"],
      ["project", "url"],
      pulumi.mergeOptions({ additionalSecretOutputs: ["token"] }, opts),
    );
  }
}
