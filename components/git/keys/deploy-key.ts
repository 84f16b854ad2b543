import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { GitHost, HostedRepository } from "../git-host.ts";
import type { KeyPlan } from "./key-life.ts";

export interface DeployKeyArgs {
  readonly host: GitHost;
  readonly repository: HostedRepository;
  /** Title of the key on the host. */
  readonly title: string;
  /** Whether the key may push; the cluster's never may. */
  readonly write: boolean;
  /**
   * What becomes of it in this run.
   * @default it stays as it is
   */
  readonly plan?: KeyPlan | undefined;
}

/**
 * An ed25519 key pair of which one repository knows the public half. The private half is a secret
 * of the state. Changing the repository or the right to write replaces the key on the host.
 *
 * A plan with another generation replaces the pair: the new key is registered beside the old one, everything that has
 * the private half gets the new one, and only then the old registration and the old pair go.
 */
export class DeployKey extends pulumi.ComponentResource {
  /** The private key in OpenSSH's form; secret. Known once the host knows the key. */
  readonly privateKey: pulumi.Output<string>;
  /** The host's id of the registration, as its resource has it. */
  readonly registration: pulumi.Output<string>;
  /** The public key in OpenSSH's form. */
  readonly publicKey: pulumi.Output<string>;
  /** SHA-256 of the public key as `ssh-keygen -l` shows it. */
  readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: DeployKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:index:DeployKey", name, {}, opts);
    const { host, repository, title, write, plan } = args;

    const pair = new tls.PrivateKey(
      `${name}-pair`,
      { algorithm: "ED25519" },
      // The engine compares it with that of the last run; where that had none, nothing is replaced.
      { parent: this, ...(plan && { replacementTrigger: plan.generation }) },
    );
    const registered = host.deployKey(
      `${name}-registration`,
      { repository, title, write, publicKey: pair.publicKeyOpenssh, expiresAt: plan?.record.expires },
      { parent: this },
    );

    // Through the registration, so that nobody tries a key that the host does not know yet.
    const known = registered.id;
    this.registration = known;
    this.privateKey = pulumi.secret(pulumi.all([pair.privateKeyOpenssh, known]).apply(([key]) => key));
    this.publicKey = pair.publicKeyOpenssh;
    this.fingerprint = pair.publicKeyFingerprintSha256;
    this.registerOutputs({ publicKey: this.publicKey, fingerprint: this.fingerprint });
  }
}
