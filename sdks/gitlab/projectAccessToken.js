import { Resource } from "./resource.js";

const outputs = ["active", "createdAt", "revoked", "token", "userId"];

export class ProjectAccessToken extends Resource {
  static __pulumiType = "gitlab:index/projectAccessToken:ProjectAccessToken";

  constructor(name, args, opts) {
    const secrets = { additionalSecretOutputs: ["token", ...(opts?.additionalSecretOutputs ?? [])] };
    const options = { ...opts, ...secrets };
    super(ProjectAccessToken.__pulumiType, name, args, outputs, ["project", "scopes"], options);
  }
}
