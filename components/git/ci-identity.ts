/** As whom an app's CI writes the manifests. */
import * as pulumi from "@pulumi/pulumi";
import type { CiSecret } from "./ci-names.ts";
import { DeployKey } from "./keys/deploy-key.ts";
import type { GitHost, HostedRepository, PushTokenArgs } from "./git-host.ts";
import type { KeyPlan } from "./keys/key-life.ts";

/** The identities, and what each is made from. */
export type CiIdentity =
  /** A deploy key of the one repository. */
  | { readonly kind: "deployKey" }
  /** A token of the one repository, where the host has such: with a role, and until a day, that of its plan unless given. */
  | {
      readonly kind: "projectToken";
      readonly expiresAt?: string | undefined;
      readonly accessLevel: PushTokenArgs["accessLevel"];
    }
  /** Somebody's own token; it becomes a secret. */
  | { readonly kind: "personalToken"; readonly token: pulumi.Input<string> };

/** What CI writes with. */
export interface CiWriting {
  /** The key that may push; none where a token does. */
  readonly key?: DeployKey;
  /** The host's id of the token of the project that may push, where that is the identity. */
  readonly tokenId?: pulumi.Output<string>;
  /** Where it pushes: by SSH with a key, by HTTP with a token. */
  readonly url: pulumi.Output<string>;
  /** The CI secret that lets it. */
  readonly secret: Readonly<Partial<Record<CiSecret, pulumi.Input<string>>>>;
}

/** The repository that is written, and by whose CI. */
export interface CiWritingArgs {
  readonly host: GitHost;
  readonly repository: HostedRepository;
  readonly identity: CiIdentity;
  /** How people recognise the key or token. */
  readonly title: string;
  /** What becomes of the key or the project's token in this run, where there is one. */
  readonly plan?: KeyPlan | undefined;
}

/**
 * Registers what the identity needs.
 *
 * @param name of the delivery
 * @throws Error for a project's token on a host that has none, or without an end
 */
export function ciWriting(
  name: string,
  { host, repository, identity, title, plan }: CiWritingArgs,
  opts: { readonly parent: pulumi.Resource },
): CiWriting {
  switch (identity.kind) {
    case "deployKey": {
      const key = new DeployKey(`${name}-fluxcd-key`, { host, repository, title, write: true, plan }, opts);
      return { key, url: repository.sshUrl, secret: { FLUXCD_DEPLOY_KEY: key.privateKey } };
    }
    case "projectToken": {
      const { expiresAt = plan?.record.expires?.slice(0, "2027-01-31".length), accessLevel } = identity;
      if (expiresAt === undefined)
        throw new Error(`The token of ${name} has no day on which it ends: give it one`);
      const token = host.pushToken?.(
        `${name}-fluxcd-token`,
        { repository, title, expiresAt, accessLevel, plan },
        opts,
      );
      if (token === undefined)
        throw new Error(`${host.kind} has no tokens of a repository: use the identity deployKey`);
      return { tokenId: token.id, url: repository.httpUrl, secret: { FLUXCD_TOKEN: token.value } };
    }
    case "personalToken": {
      void pulumi.log.warn(
        `The CI of ${name} writes ${repository.repository} with a personal token: it opens all that its owner may open, acts ` +
          "under their name, and ends with their account. A deploy key opens this one repository: leave `delivery.identity` out.",
        opts.parent,
      );
      return { url: repository.httpUrl, secret: { FLUXCD_TOKEN: identity.token } };
    }
  }
}
