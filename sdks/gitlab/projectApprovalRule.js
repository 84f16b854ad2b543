import { Resource } from "./resource.js";

export class ProjectApprovalRule extends Resource {
  static __pulumiType = "gitlab:index/projectApprovalRule:ProjectApprovalRule";

  constructor(name, args, opts) {
    super(ProjectApprovalRule.__pulumiType, name, args, [], ["approvalsRequired", "project"], opts);
  }
}
