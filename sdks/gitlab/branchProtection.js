import { Resource } from "./resource.js";

export class BranchProtection extends Resource {
  static __pulumiType = "gitlab:index/branchProtection:BranchProtection";

  constructor(name, args, opts) {
    const outputs = ["branchProtectionId"];
    super(BranchProtection.__pulumiType, name, args, outputs, ["branch", "project"], opts);
  }
}
