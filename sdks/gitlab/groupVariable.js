import { Resource } from "./resource.js";

export class GroupVariable extends Resource {
  static __pulumiType = "gitlab:index/groupVariable:GroupVariable";

  constructor(name, args, opts) {
    super(GroupVariable.__pulumiType, name, args, [], ["group", "key", "value"], opts);
  }
}
