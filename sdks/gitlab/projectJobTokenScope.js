import { Resource } from "./resource.js";

export class ProjectJobTokenScope extends Resource {
  static __pulumiType = "gitlab:index/projectJobTokenScope:ProjectJobTokenScope";

  constructor(name, args, opts) {
    super(ProjectJobTokenScope.__pulumiType, name, args, [], ["project"], opts);
  }
}
