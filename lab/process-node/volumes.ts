import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DataSource } from "./environment.ts";
import type { Mount } from "./mounts.ts";
import type { Container, Pod, Volume } from "./pod.ts";

/** Where a pod's volumes live on this machine. */
export interface VolumeDirs {
  /** The pod's own folder, removed with it. */
  readonly pod: string;
  /** Folder of claims, which outlive their pods. */
  readonly claims: string;
}

/**
 * Makes the folders (and files, for ConfigMaps and Secrets) of a container's volume mounts. The service account's
 * projected token stays out: the process has its token by KUBECONFIG.
 * @throws for a kind of volume that a process cannot have, and for a ConfigMap or Secret that does not exist
 */
export async function prepareMounts(
  pod: Pod,
  container: Container,
  dirs: VolumeDirs,
  source: DataSource,
): Promise<readonly Mount[]> {
  const mounts: Mount[] = [];
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((entry) => entry.name === name);
    if (volume === undefined) throw new Error(`volume ${name}: the pod has none of this name`);
    const dir = await prepareVolume(pod, volume, dirs, source);
    const hostPath = subPath === undefined ? dir : join(dir, subPath);
    mounts.push({ mountPath, hostPath });
  }
  return mounts;
}

async function prepareVolume(
  pod: Pod,
  volume: Volume,
  dirs: VolumeDirs,
  source: DataSource,
): Promise<string> {
  const claim = volume.persistentVolumeClaim?.claimName;
  const dir =
    claim === undefined
      ? join(dirs.pod, "volumes", volume.name)
      : join(dirs.claims, pod.metadata.namespace ?? "default", claim);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const kinds = [
    "emptyDir",
    "projected",
    "downwardAPI",
    "persistentVolumeClaim",
    "configMap",
    "secret",
  ] as const;
  if (!kinds.some((kind) => volume[kind] !== undefined)) {
    throw new Error(`volume ${volume.name}: the process node knows only ${kinds.join(", ")}`);
  }
  const ref =
    volume.configMap ??
    (volume.secret && { name: volume.secret.secretName, optional: volume.secret.optional });
  if (ref === undefined) return dir;
  const data = await (volume.configMap === undefined ? source.secret(ref.name) : source.configMap(ref.name));
  if (data === undefined && ref.optional !== true) {
    throw new Error(`volume ${volume.name}: ${ref.name} does not exist`);
  }
  for (const [key, value] of Object.entries(data ?? {})) {
    await writeFile(join(dir, key), value, { mode: 0o600 });
  }
  return dir;
}
