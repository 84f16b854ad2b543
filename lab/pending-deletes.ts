/** What a killed Pulumi was just deleting: on a cluster it may be on its way out, which a refresh takes for being there. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { LabError } from "./errors.ts";
import type { StateResource } from "./pending-creates.ts";

const run = promisify(execFile);

/** Longer than Flux and Kubernetes take to remove what a sync applied. */
const patience = "180s";

/**
 * Waits until the objects among them that are on their way out are gone. What is not is left for the refresh.
 *
 * @param env the lab's environment
 * @throws LabError when one does not go
 */
export async function awaitDeletions(
  resources: readonly StateResource[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await Promise.all(
    resources.map(async (resource) => {
      const object = objectOf(resource);
      if (object === undefined || !(await isLeaving(object, env))) return;
      try {
        await run("kubectl", ["wait", "--for=delete", `--timeout=${patience}`, ...object], { env });
      } catch (error) {
        throw new LabError(
          `${object.join(" ")} was being deleted, and does not go: \`kubectl describe ${object.join(" ")}\` says why`,
          { cause: error },
        );
      }
    }),
  );
}

/** How kubectl names the object of a resource; nothing for a resource that is none. */
export function objectOf({ type, inputs = {} }: StateResource): string[] | undefined {
  const { apiVersion, kind, metadata } = inputs;
  const { name, namespace } = (metadata ?? {}) as { name?: string; namespace?: string };
  if (!type.startsWith("kubernetes:") || typeof apiVersion !== "string" || typeof kind !== "string")
    return undefined;
  if (name === undefined) return undefined;
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const where = namespace === undefined ? [] : ["--namespace", namespace];
  return [`${kind}.${version ?? ""}.${group ?? ""}/${name}`, ...where];
}

/** Not so when it is gone, and its kind with it. */
async function isLeaving(object: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  const args = ["get", ...object, "--ignore-not-found", "--output", "jsonpath={.metadata.deletionTimestamp}"];
  const { stdout } = await run("kubectl", args, { env }).catch(() => ({ stdout: "" }));
  return stdout !== "";
}
