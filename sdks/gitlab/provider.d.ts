import type * as pulumi from "@pulumi/pulumi";

/** How to reach GitLab: https://www.pulumi.com/registry/packages/gitlab/installation-configuration/ */
export interface ProviderArgs {
  /** The API's address with a slash at its end: `https://gitlab.example.com/api/v4/`. Default: GITLAB_BASE_URL, else gitlab.com's. */
  baseUrl?: pulumi.Input<string>;
  /** Whether the provider asks for the token's user before anything else. */
  earlyAuthCheck?: pulumi.Input<boolean>;
  /** How often a request is tried again that is answered by 429. */
  retries?: pulumi.Input<number>;
  /** A personal, group or project access token; secret. Default: GITLAB_TOKEN. */
  token?: pulumi.Input<string>;
}

/** The connection that resources are made with. */
export declare class Provider extends pulumi.ProviderResource {
  readonly baseUrl: pulumi.Output<string | undefined>;
  readonly token: pulumi.Output<string | undefined>;
  constructor(name: string, args?: ProviderArgs, opts?: pulumi.ResourceOptions);
}
