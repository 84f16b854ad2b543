import { Resource } from "./resource.js";

const outputs = ["emptyRepo", "httpUrlToRepo", "pathWithNamespace", "runnersToken", "sshUrlToRepo", "webUrl"];

export class Project extends Resource {
  static __pulumiType = "gitlab:index/project:Project";

  constructor(name, args = {}, opts) {
    const secrets = { additionalSecretOutputs: ["runnersToken", ...(opts?.additionalSecretOutputs ?? [])] };
    super(Project.__pulumiType, name, args, outputs, [], { ...opts, ...secrets });
  }
}
