import * as pulumi from "@pulumi/pulumi";
import type { CiSecret, CiVariable } from "./ci-names.ts";
import { DeployKey } from "./deploy-key.ts";
import type { GitHost, HostedRepository } from "./git-host.ts";
import type { KeyPlan } from "./key-life.ts";
import { keyTitle } from "./key-title.ts";
import { readingKeyName, writingKeyName } from "./key-names.ts";

export interface AppDeliveryArgs {
  readonly host: GitHost;
  /** The app's repository, whose CI gets the variables. */
  readonly app: HostedRepository;
  /** The charts that its CI reads. */
  readonly charts: HostedRepository;
  /** The manifests that its CI writes. */
  readonly fluxcd: HostedRepository;
  /** Registry and path of the image, such as `ghcr.io/acme`. */
  readonly imageRepository: string;
  /** The image's name below it. */
  readonly imageName: string;
  /** Plain variables of the user's own. */
  readonly variables: Readonly<Record<string, string>>;
  /** Names of secrets of the user's own. */
  readonly secrets: readonly string[];
  /** The values of these secrets, by name; secret. */
  readonly secretValues: pulumi.Output<Readonly<Record<string, string>>>;
  /**
   * What becomes of its keys in this run, by name.
   * @default they stay as they are
   */
  readonly keyPlans?: Readonly<Record<string, KeyPlan>> | undefined;
}

/**
 * What an app's CI needs to deliver: a way to read the charts, a key that writes the manifests,
 * and the variables that say where both are.
 */
export class AppDelivery extends pulumi.ComponentResource {
  /** The read-only key of the charts; none where the CI reads them with its own token. */
  readonly chartsKey: DeployKey | undefined;
  /** The key that may push to the manifests. */
  readonly fluxcdKey: DeployKey;
  /** Names of all variables. */
  readonly variables: readonly string[];
  /** Names of all secrets. */
  readonly secrets: readonly string[];

  constructor(name: string, args: AppDeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:index:AppDelivery", name, {}, opts);
    const { host, app, charts, fluxcd, keyPlans: plans = {} } = args;
    const parent = { parent: this };

    const reading = host.ciReading(
      `${name}-charts`,
      {
        ...{ reader: app, source: charts, title: keyTitle(`CI of ${app.repository} reads`) },
        plan: plans[readingKeyName(app.repository)],
      },
      parent,
    );
    this.chartsKey = reading.key;
    this.fluxcdKey = new DeployKey(
      `${name}-fluxcd-key`,
      {
        ...{ host, repository: fluxcd, title: keyTitle(`CI of ${app.repository} writes`), write: true },
        plan: plans[writingKeyName(app.repository)],
      },
      parent,
    );

    const variables: Readonly<Record<string, pulumi.Input<string>>> = {
      ...args.variables,
      ...({
        IMAGE_REPO: args.imageRepository,
        IMAGE_NAME: args.imageName,
        CHARTS_URL: reading.url,
        FLUXCD_URL: fluxcd.sshUrl,
        GIT_KNOWN_HOSTS: host.knownHosts,
      } satisfies Record<CiVariable, pulumi.Input<string>>),
    };
    const secrets: Readonly<Record<string, pulumi.Input<string>>> = {
      ...Object.fromEntries(
        args.secrets.map((key) => [key, args.secretValues.apply((values) => values[key] ?? "")]),
      ),
      ...({
        ...(this.chartsKey && { CHARTS_DEPLOY_KEY: this.chartsKey.privateKey }),
        FLUXCD_DEPLOY_KEY: this.fluxcdKey.privateKey,
      } satisfies Partial<Record<CiSecret, pulumi.Input<string>>>),
    };
    for (const [key, value] of Object.entries(variables)) {
      host.variable(`${name}-${key}`, { repository: app, key, value }, parent);
    }
    for (const [key, value] of Object.entries(secrets)) {
      host.secret(`${name}-${key}`, { repository: app, key, value }, parent);
    }

    this.variables = Object.keys(variables);
    this.secrets = Object.keys(secrets);
    this.registerOutputs({ variables: this.variables, secrets: this.secrets });
  }
}
