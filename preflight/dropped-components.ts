/** Keeps a change of the configuration from taking a Flux controller away whose objects still exist. */
import * as pulumi from "@pulumi/pulumi";
import { objectsOf } from "./cluster-objects.ts";
import { messageOf } from "../components/error-message.ts";
import { componentsKey, droppedComponents, droppingProblem } from "../components/flux/dropped.ts";
import { fluxOptions } from "../config/flux-schema.ts";
import type { Stack } from "../config/schema.ts";
import type { Finding } from "./finding.ts";
import type { PreviousOutputs } from "./previous-outputs.ts";

/**
 * Refuses to drop a controller while the cluster has objects of its kinds. They have finalizers that only the controller
 * removes, and deleting their CRDs, which goes with dropping it, deletes them: without it, that never ends.
 *
 * The cluster is looked at only when a controller goes. A preview warns where it cannot be; an update has to know.
 *
 * @param previous outputs of the stack's last run, which say what is installed
 * @returns findings that name the objects
 */
export async function droppedComponentFindings(
  { cluster, flux }: Pick<Stack, "cluster" | "flux">,
  previous: PreviousOutputs,
): Promise<Finding[]> {
  const dropped = droppedComponents(Object.keys(previous.controllers ?? {}), fluxOptions(flux));
  if (dropped.length === 0) return [];
  try {
    const found = await objectsOf(cluster, dropped);
    return found.flatMap((objects) => problemAt(objects.component, droppingProblem(objects)));
  } catch (error) {
    const why = messageOf(error);
    const unknown = `Whether objects of ${dropped.join(" and ")} exist is not known: ${why}`;
    if (pulumi.runtime.isDryRun()) {
      await pulumi.log.warn(`${unknown}. An update that drops them looks again, and is refused if they do.`);
      return [];
    }
    return dropped.flatMap((component) =>
      problemAt(
        component,
        `leaves out "${component}", which is installed, and whether objects of its kinds exist is not known ` +
          `(${why}): run this where the cluster can be reached and its CRDs and their objects listed, or keep the controller`,
      ),
    );
  }
}

function problemAt(component: string, message: string | undefined): Finding[] {
  if (message === undefined) return [];
  return [{ key: `slipway:flux.${componentsKey(component)}`, message, stops: "runs" }];
}
