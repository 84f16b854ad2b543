import * as pulumi from "@pulumi/pulumi";
import { version } from "./resource.js";

export class Provider extends pulumi.ProviderResource {
  static __pulumiType = "gitlab";

  constructor(name, args = {}, opts) {
    const { baseUrl, earlyAuthCheck, retries, token } = args;
    const inputs = {
      baseUrl,
      earlyAuthCheck: pulumi.output(earlyAuthCheck).apply(JSON.stringify),
      retries: pulumi.output(retries).apply(JSON.stringify),
      token: token === undefined ? undefined : pulumi.secret(token),
    };
    const options = pulumi.mergeOptions({ version, additionalSecretOutputs: ["token"] }, opts);
    super(Provider.__pulumiType, name, inputs, options);
  }
}
