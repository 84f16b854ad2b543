/** A folder of this machine that stands in for a path inside the container. */
export interface Mount {
  /** The path the container knows, for example "/data". */
  readonly mountPath: string;
  /** The folder that holds its files. */
  readonly hostPath: string;
}

/**
 * Rewrites the container's paths in an argument or value to the folders that stand in for them. A path counts where
 * it stands alone: at the beginning or after `=`, `:` or `,`, and up to the end or a `/`, `:` or `,`, so that
 * `--storage-path=/data` changes and `http://host/data` does not. The longest mount path wins.
 */
export function rewritePaths(text: string, mounts: readonly Mount[]): string {
  const byLength = mounts
    .map((mount) => ({ ...mount, mountPath: mount.mountPath.replace(/\/+$/, "") }))
    .filter(({ mountPath }) => mountPath !== "")
    .sort((a, b) => b.mountPath.length - a.mountPath.length);
  if (byLength.length === 0) return text;
  const paths = byLength.map(({ mountPath }) => mountPath.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  return text.replace(
    new RegExp(`(^|[=:,])(${paths})(?=$|[/:,])`, "g"),
    (_found, before: string, path: string) =>
      before + (byLength.find(({ mountPath }) => mountPath === path)?.hostPath ?? path),
  );
}
