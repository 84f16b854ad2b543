import { Resource } from "./resource.js";

export class DeployKey extends Resource {
  static __pulumiType = "gitlab:index/deployKey:DeployKey";

  constructor(name, args, opts) {
    super(DeployKey.__pulumiType, name, args, ["deployKeyId"], ["key", "project", "title"], opts);
  }
}
