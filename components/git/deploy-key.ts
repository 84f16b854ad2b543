import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { GitHost, HostedRepository } from "./git-host.ts";

export interface DeployKeyArgs {
  readonly host: GitHost;
  readonly repository: HostedRepository;
  /** Title of the key on the host. */
  readonly title: string;
  /** Whether the key may push; the cluster's never may. */
  readonly write: boolean;
}

/**
 * An ed25519 key pair of which one repository knows the public half. The private half is a secret
 * of the state. Changing the repository or the right to write replaces the key on the host.
 */
export class DeployKey extends pulumi.ComponentResource {
  /** The private key in OpenSSH's form; secret. Known once the host knows the key. */
  readonly privateKey: pulumi.Output<string>;
  /** The public key in OpenSSH's form. */
  readonly publicKey: pulumi.Output<string>;
  /** SHA-256 of the public key as `ssh-keygen -l` shows it. */
  readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: DeployKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:index:DeployKey", name, {}, opts);
    const { host, repository, title, write } = args;

    const pair = new tls.PrivateKey(`${name}-pair`, { algorithm: "ED25519" }, { parent: this });
    const registered = host.deployKey(
      `${name}-registration`,
      { repository, title, write, publicKey: pair.publicKeyOpenssh },
      { parent: this },
    );

    // Through the registration, so that nobody tries a key that the host does not know yet.
    const known = registered.id;
    this.privateKey = pulumi.secret(pulumi.all([pair.privateKeyOpenssh, known]).apply(([key]) => key));
    this.publicKey = pair.publicKeyOpenssh;
    this.fingerprint = pair.publicKeyFingerprintSha256;
    this.registerOutputs({ publicKey: this.publicKey, fingerprint: this.fingerprint });
  }
}
