import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ownsNothing } from "../cluster/deletion.ts";
import { clusterHooks, requireKubernetesProvider } from "../cluster/provider.ts";
import { durationProblem } from "../durations.ts";
import { refuse } from "../problems.ts";
import { resourceName, resourceOf, resourceProblem } from "./controller-resources.ts";
import { type FluxObject, controllerVersions, isDeployment } from "./objects.ts";
import { fluxOptionsProblems } from "./options-problems.ts";
import { type FluxControllersOptions, type ResolvedFluxOptions, resolveFluxOptions } from "./options.ts";
import { fluxObjects } from "./transforms/pipeline.ts";

export interface FluxControllersArgs {
  /** Flux's install manifest, read by `parseManifest`. */
  readonly manifest: readonly FluxObject[];
  /** How Flux is installed. */
  readonly options?: FluxControllersOptions;
  /**
   * Credentials of the registry: they make the Secret that `options.imagePullSecret` names.
   * @default none; the Secret, if named, is made by someone else
   */
  readonly registryCredentials?: RegistryCredentials;
  /**
   * How long to wait for one controller to become Available, or to be gone.
   * @default "5m"
   */
  readonly timeout?: string;
  /**
   * Whether the namespace and the CRDs stay when they leave the stack. With a CRD go all objects of its kind, which
   * either takes along what they manage, or never ends once no controller is left to finish them off.
   * @default false
   */
  readonly retainKinds?: boolean;
}

/** What a registry asks of those who pull from it. */
export interface RegistryCredentials {
  readonly username: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
}

/** Defaults of {@link FluxControllersArgs}; those of its options are `fluxControllersDefaults`. */
export const fluxControllersArgsDefaults = { timeout: "5m", retainKinds: false } as const;

/**
 * Flux's controllers with all that belongs to them, from Flux's own manifest: one resource per object.
 *
 * The namespace comes first; then the CRDs, each awaited until it is established, and beside them accounts, roles,
 * quota, network policies and Services; then the Deployments, each awaited until it is Available. Deleting goes the
 * other way: what depends on this component (custom resources, whose finalizers need the controllers) goes while the
 * controllers run, then the controllers, then the CRDs, unless these stay (`retainKinds`).
 *
 * @throws Error listing everything that is wrong with the arguments
 */
export class FluxControllers extends pulumi.ComponentResource {
  /** Namespace of the controllers. What is put into it comes after their `deployments`. */
  readonly namespace: string;
  /** Controllers and the versions of their images, when they are Available. */
  readonly controllers: pulumi.Output<Record<string, string>>;
  /** Names of the CRDs, when they are established. */
  readonly crds: pulumi.Output<string[]>;
  /** Names of the controllers, when all of them are Available. */
  readonly ready: pulumi.Output<string[]>;
  /** The controllers themselves, Available: for what comes after them, and goes before them. */
  readonly deployments: readonly pulumi.Resource[];

  constructor(name: string, args: FluxControllersArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`FluxControllers "${name}" cannot be installed`, argsProblems(args));

    super("slipway:index:FluxControllers", name, {}, opts);
    requireKubernetesProvider(this, "FluxControllers", name);
    const options = resolveFluxOptions(args.options);
    const timeout = args.timeout ?? fluxControllersArgsDefaults.timeout;
    const objects = fluxObjects(args.manifest, options);
    const retainKinds = args.retainKinds ?? fluxControllersArgsDefaults.retainKinds;
    const hooks = clusterHooks(this);
    const create = (stage: Stage, dependsOn: pulumi.Resource[]): pulumi.CustomResource[] =>
      objects
        .filter((object) => stageOf(object) === stage)
        .map((object) => {
          const retainOnDelete = retainKinds && (stage === "namespace" || stage === "crd");
          const opts = { parent: this, dependsOn, retainOnDelete, hooks };
          return resourceOf(resourceName(name, object), object, timeout, opts);
        });

    const namespaces = create("namespace", []);
    const crds = create("crd", namespaces);
    const support = create("support", namespaces);
    const pullSecret = this.#pullSecret(name, args, options, namespaces);
    const deployments = create("controller", [...crds, ...support, ...pullSecret]);
    this.deployments = deployments;

    // Names, not ids: they are known in a preview, and carry the same edges.
    const namesOf = (resources: pulumi.CustomResource[]): pulumi.Output<string[]> =>
      pulumi.all(resources.map((resource) => (resource as NamedResource).metadata.name));
    this.crds = namesOf(crds);
    this.ready = pulumi.all([namesOf(deployments), this.crds]).apply(([names]) => names);
    this.controllers = this.ready.apply(() => controllerVersions(objects));
    this.namespace = options.namespace;
    this.registerOutputs({
      namespace: this.namespace,
      controllers: this.controllers,
      crds: this.crds,
      ready: this.ready,
    });
  }

  #pullSecret(
    name: string,
    { registryCredentials }: FluxControllersArgs,
    { imagePullSecret, namespace, registry }: ResolvedFluxOptions,
    dependsOn: pulumi.Resource[],
  ): k8s.core.v1.Secret[] {
    if (registryCredentials === undefined || imagePullSecret === undefined) return [];
    const config = pulumi
      .all([registryCredentials.username, registryCredentials.password])
      .apply(([username, password]) => dockerConfig(registry, username, password));
    const secret = new k8s.core.v1.Secret(
      `${name}-pull-secret`,
      {
        metadata: { name: imagePullSecret, namespace, annotations: ownsNothing },
        type: "kubernetes.io/dockerconfigjson",
        // The SDK marks it as secret, here and in the outputs.
        stringData: { ".dockerconfigjson": config },
      },
      { parent: this, dependsOn, hooks: clusterHooks(this) },
    );
    return [secret];
  }
}

/** Every resource of the Kubernetes SDK has it; the common base class does not say so. */
interface NamedResource extends pulumi.CustomResource {
  readonly metadata: pulumi.Output<{ readonly name: string }>;
}

type Stage = "namespace" | "crd" | "support" | "controller";

/** When an object's turn comes: see {@link FluxControllers}. */
function stageOf(object: FluxObject): Stage {
  if (object.kind === "Namespace") return "namespace";
  if (object.kind === "CustomResourceDefinition") return "crd";
  return isDeployment(object) ? "controller" : "support";
}

function argsProblems({
  manifest,
  options = {},
  registryCredentials,
  timeout,
}: FluxControllersArgs): string[] {
  const problems = fluxOptionsProblems(options, manifest, "options");
  const wrongTimeout = timeout === undefined ? undefined : durationProblem(timeout);
  if (wrongTimeout !== undefined) problems.push(`timeout: ${wrongTimeout}`);
  if (registryCredentials !== undefined && options.imagePullSecret === undefined) {
    problems.push("registryCredentials: options.imagePullSecret must name the Secret they go into");
  }
  return [...problems, ...manifest.map(resourceProblem).filter((problem) => problem !== undefined)];
}

/** Credentials in the form that kubelets read: https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/ */
function dockerConfig(registry: string, username: string, password: string): string {
  const host = registry.split("/")[0] ?? registry;
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return JSON.stringify({ auths: { [host]: { username, password, auth } } });
}
