import { Resource } from "./resource.js";

export class ProjectVariable extends Resource {
  static __pulumiType = "gitlab:index/projectVariable:ProjectVariable";

  constructor(name, args, opts) {
    super(ProjectVariable.__pulumiType, name, args, [], ["key", "project", "value"], opts);
  }
}
