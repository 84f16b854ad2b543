import { Resource } from "./resource.js";

export class ProjectLevelMrApprovals extends Resource {
  static __pulumiType = "gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals";

  constructor(name, args, opts) {
    super(ProjectLevelMrApprovals.__pulumiType, name, args, [], ["project"], opts);
  }
}
