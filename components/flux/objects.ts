/** The Kubernetes objects of Flux's install manifest: just as much of their types as the transforms touch. */

/** Any object of the manifest. What is not named here is carried along untouched. */
export interface FluxObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: FluxObjectMeta;
  readonly [field: string]: unknown;
}

export interface FluxObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** A container of a controller's pod. Flux's controllers have one each, called "manager". */
export interface FluxContainer {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly resources?: ContainerResources;
  readonly [field: string]: unknown;
}

/** Requests and limits as Kubernetes quantities: "100m", "1Gi". */
export interface ContainerResources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

export interface FluxVolume {
  readonly name: string;
  readonly [source: string]: unknown;
}

export interface FluxPodSpec {
  readonly containers: readonly FluxContainer[];
  readonly volumes?: readonly FluxVolume[];
  readonly terminationGracePeriodSeconds?: number;
  readonly [field: string]: unknown;
}

export interface FluxDeployment extends FluxObject {
  readonly kind: "Deployment";
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata: {
        readonly labels?: Readonly<Record<string, string>>;
        readonly [field: string]: unknown;
      };
      readonly spec: FluxPodSpec;
    };
    readonly [field: string]: unknown;
  };
}

/** Label that names the controller an object belongs to; shared objects (namespace, roles, policies) have none. */
export const componentLabel = "app.kubernetes.io/component";
/** Label whose value is the namespace Flux is installed in. */
export const instanceLabel = "app.kubernetes.io/instance";
/** Label whose value is the version of the Flux distribution: `flux check` and `flux version` read it. */
export const versionLabel = "app.kubernetes.io/version";

/** True for a controller's Deployment. */
export function isDeployment(object: FluxObject): object is FluxDeployment {
  return object.kind === "Deployment";
}

/** The controller an object belongs to; undefined for the shared ones. */
export function componentOf(object: FluxObject): string | undefined {
  return object.metadata.labels?.[componentLabel];
}

/** "Deployment/flux-system/source-controller": what makes an object that object. */
export function objectKey(object: FluxObject): string {
  const { namespace, name } = object.metadata;
  return [object.kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

/** Changes the Deployments of the list and leaves the rest as it is. */
export function mapDeployments(
  objects: readonly FluxObject[],
  change: (deployment: FluxDeployment) => FluxObject,
): FluxObject[] {
  return objects.map((object) => (isDeployment(object) ? change(object) : object));
}

/** A copy of the Deployment with another pod spec. */
export function withPodSpec(
  deployment: FluxDeployment,
  change: (spec: FluxPodSpec) => FluxPodSpec,
): FluxDeployment {
  const { template } = deployment.spec;
  return {
    ...deployment,
    spec: { ...deployment.spec, template: { ...template, spec: change(template.spec) } },
  };
}

/** A copy of the Deployment with every container changed. */
export function withContainers(
  deployment: FluxDeployment,
  change: (container: FluxContainer) => FluxContainer,
): FluxDeployment {
  return withPodSpec(deployment, (spec) => ({ ...spec, containers: spec.containers.map(change) }));
}

/** The namespace that the manifest installs Flux in, by its Namespace object; undefined when it has none. */
export function namespaceOf(objects: readonly FluxObject[]): string | undefined {
  return objects.find((object) => object.kind === "Namespace")?.metadata.name;
}

/** Controllers and the versions of their images: `{ "source-controller": "v1.9.3" }`. */
export function controllerVersions(objects: readonly FluxObject[]): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const object of objects.filter(isDeployment)) {
    const image = object.spec.template.spec.containers[0]?.image ?? "";
    versions[object.metadata.name] = imageVersion(image);
  }
  return versions;
}

/** The tag, else the digest, else "latest": what a registry would pull. */
function imageVersion(image: string): string {
  const [name = "", digest] = image.split("@");
  const tag = /:([^/:]+)$/.exec(name)?.[1];
  return tag ?? digest ?? "latest";
}
