import * as pulumi from "@pulumi/pulumi";
import { ciWriting, type CiIdentity } from "./ci-identity.ts";
import type { CiSecret, CiVariable } from "./ci-names.ts";
import type { DeployKey } from "./keys/deploy-key.ts";
import type { CiEnvironment, CiSettings, GitHost, HostedRepository } from "./git-host.ts";
import type { KeyPlan } from "./keys/key-life.ts";
import { readingKeyName, writingKeyName } from "./keys/key-names.ts";
import { keyTitle } from "./keys/key-title.ts";

/** A value of the user's own for CI. A name may be there once for each environment. */
export interface CiValue extends CiSettings {
  readonly key: string;
  /** The value, which may be another resource's output. */
  readonly value: pulumi.Input<string>;
  /** The environment whose jobs get it; all jobs, unless given. */
  readonly environment?: string;
}

export interface AppDeliveryArgs {
  readonly host: GitHost;
  /** The app's repository, whose CI gets the variables. */
  readonly app: HostedRepository;
  /** The charts that its CI reads. */
  readonly charts: HostedRepository;
  /** The manifests that its CI writes. */
  readonly fluxcd: HostedRepository;
  /** As whom it writes them; with a deploy key, unless given. */
  readonly identity?: CiIdentity;
  /** Registry and path of the image, such as `ghcr.io/acme`. */
  readonly imageRepository: string;
  /** The image's name below it. */
  readonly imageName: string;
  /** Plain variables of the user's own. */
  readonly variables: readonly CiValue[];
  /** Secrets of the user's own. */
  readonly secrets: readonly CiValue[];
  /**
   * What becomes of its keys and its token in this run, by name.
   * @default they stay as they are
   */
  readonly keyPlans?: Readonly<Record<string, KeyPlan>> | undefined;
}

/**
 * What an app's CI needs to deliver: a way to read the charts, an identity that writes the manifests,
 * and the variables that say where both are.
 */
export class AppDelivery extends pulumi.ComponentResource {
  /** The read-only key of the charts; none where the CI reads them with its own token. */
  readonly chartsKey: DeployKey | undefined;
  /** The key that may push to the manifests; none where a token does. */
  readonly fluxcdKey: DeployKey | undefined;
  /** The host's id of the project's token that may push to the manifests; none where a key, or a personal token, does. */
  readonly fluxcdTokenId: pulumi.Output<string> | undefined;
  /** Names of all variables. */
  readonly variables: readonly string[];
  /** Names of all secrets. */
  readonly secrets: readonly string[];

  constructor(name: string, args: AppDeliveryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("slipway:index:AppDelivery", name, {}, opts);
    const { host, app, charts, fluxcd, identity = { kind: "deployKey" }, keyPlans: plans = {} } = args;
    const parent = { parent: this };

    // What the host does not have is refused before anything is made.
    const writing = ciWriting(
      name,
      {
        ...{ host, repository: fluxcd, identity, title: keyTitle(`CI of ${app.repository} writes`) },
        plan: plans[writingKeyName(app.repository)],
      },
      parent,
    );
    const reading = host.ciReading(
      `${name}-charts`,
      {
        ...{ reader: app, source: charts, title: keyTitle(`CI of ${app.repository} reads`) },
        plan: plans[readingKeyName(app.repository)],
      },
      parent,
    );
    this.chartsKey = reading.key;
    this.fluxcdKey = writing.key;
    this.fluxcdTokenId = writing.tokenId;

    const variables = [
      ...args.variables,
      ...valuesOf({
        IMAGE_REPO: args.imageRepository,
        IMAGE_NAME: args.imageName,
        CHARTS_URL: reading.url,
        FLUXCD_URL: writing.url,
        GIT_KNOWN_HOSTS: host.knownHosts,
      } satisfies Record<CiVariable, pulumi.Input<string>>),
    ];
    const secrets = [
      ...args.secrets,
      ...valuesOf({
        ...(this.chartsKey && { CHARTS_DEPLOY_KEY: this.chartsKey.privateKey }),
        ...writing.secret,
      } satisfies Partial<Record<CiSecret, pulumi.Input<string>>>),
    ];
    const environments = this.#environments(name, args);
    const valueArgs = ({ environment, ...value }: CiValue) => {
      const known = environments.get(environment ?? "");
      return { repository: app, ...value, ...(known && { environment: known }) };
    };
    for (const value of variables) host.variable(valueName(name, value), valueArgs(value), parent);
    for (const value of secrets) host.secret(valueName(name, value), valueArgs(value), parent);

    this.variables = [...new Set(variables.map(({ key }) => key))];
    this.secrets = [...new Set(secrets.map(({ key }) => key))];
    this.registerOutputs({ variables: this.variables, secrets: this.secrets });
  }

  /** The environments that values name, each once: for protected branches where one of its values is. */
  #environments(
    name: string,
    { host, app, variables, secrets }: AppDeliveryArgs,
  ): ReadonlyMap<string, CiEnvironment> {
    const values = [...variables, ...secrets];
    const names = new Set(values.flatMap(({ environment }) => environment ?? []));
    return new Map(
      [...names].map((environment) => {
        const only = values.some((value) => value.environment === environment && value.protected === true);
        const args = { repository: app, environment, protected: only };
        return [
          environment,
          host.ciEnvironment(`${name}-environment-${environment}`, args, { parent: this }),
        ];
      }),
    );
  }
}

const valuesOf = (values: Readonly<Record<string, pulumi.Input<string>>>): CiValue[] =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

/** No key has a dash, so that the name says which part is the environment. */
const valueName = (name: string, { key, environment }: CiValue): string =>
  environment === undefined ? `${name}-${key}` : `${name}-${key}-${environment}`;
