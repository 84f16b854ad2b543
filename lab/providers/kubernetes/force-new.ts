import type { Json, JsonObject } from "../values.ts";
import { at, isObject } from "../values.ts";
import type { Gvk } from "./kinds.ts";

/** Whether fields that Kubernetes lets one change are replaced all the same, as the official provider does. */
export interface Mutability {
  /** `enableSecretMutable`: a changed Secret is updated in place. */
  readonly secrets: boolean;
  /** `enableConfigMapMutable`: a changed ConfigMap is updated in place. */
  readonly configMaps: boolean;
}

const selector = ["spec.selector"];

const VOLUME_SOURCES =
  "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume";

const POD_FIELDS =
  "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace subdomain terminationGracePeriodSeconds volumes";

const CONTAINER_FIELDS =
  "args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir";

const under = (prefix: string, fields: string): string[] =>
  fields.split(" ").map((field) => `${prefix}.${field}`);

/** The official provider's table (provider/pkg/provider/diff.go of pulumi-kubernetes), by group/kind. */
const BY_KIND: Record<string, readonly string[]> = {
  "apps/DaemonSet": selector,
  "apps/Deployment": selector,
  "apps/StatefulSet": [
    ...selector,
    ...under("spec", "podManagementPolicy revisionHistoryLimit serviceName volumeClaimTemplates"),
  ],
  "batch/Job": [...selector, ...under("spec", "completions parallelism template")],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
  "/PersistentVolume": under("spec", VOLUME_SOURCES),
  "/PersistentVolumeClaim": [...selector, ...under("spec", "accessModes storageClassName volumeName")],
  "/Pod": [
    ...under("spec", POD_FIELDS),
    ...under("spec.containers[*]", CONTAINER_FIELDS),
    ...under("spec.initContainers[*]", CONTAINER_FIELDS),
  ],
  "/ResourceQuota": ["spec.scopes"],
  "/Secret": ["type"],
  "/Service": ["spec.clusterIP"],
};

/** The paths of an object whose change replaces it. */
export function forceNewPaths(gvk: Gvk, object: JsonObject, mutability: Mutability): readonly string[] {
  const key = `${gvk.group}/${gvk.kind}`;
  const immutable = object["immutable"] === true;
  const paths = ["metadata.name", "metadata.namespace", ...(BY_KIND[key] ?? [])];
  if (key === "/Secret" && (immutable || !mutability.secrets)) paths.push("stringData", "data");
  if (key === "/ConfigMap" && (immutable || !mutability.configMaps)) paths.push("binaryData", "data");
  return paths;
}

/**
 * Whether a change at `path` touches one of the given paths: it lies at or below it, or the changed value itself
 * reaches down to it.
 */
export function touches(
  paths: readonly string[],
  path: readonly (string | number)[],
  value: Json | undefined,
): boolean {
  return paths.some((candidate) => {
    const steps = candidate.replaceAll("[*]", ".*").split(".");
    const shared = Math.min(steps.length, path.length);
    for (let index = 0; index < shared; index += 1) {
      const step = path[index];
      if (typeof step === "number" ? steps[index] !== "*" : steps[index] !== step) return false;
    }
    return path.length >= steps.length || reaches(value, steps.slice(path.length));
  });
}

function reaches(value: Json | undefined, steps: readonly string[]): boolean {
  const [step, ...rest] = steps;
  if (step === undefined) return true;
  if (step === "*") return Array.isArray(value) && value.some((item) => reaches(item, rest));
  return isObject(value) && step in value && reaches(at(value, step), rest);
}
