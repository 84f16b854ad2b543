/** Controllers that a change takes away, and what is left on the cluster that only they can finish off. Pure. */
import { type FluxControllersOptions, defaultComponents, resolveFluxOptions } from "./options.ts";

/** An object whose kind belongs to one of Flux's controllers. */
export interface OwnedObject {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** What is on the cluster of a controller's kinds. */
export interface OwnedObjects {
  /** The controller. */
  readonly component: string;
  /** The first of them. */
  readonly objects: readonly OwnedObject[];
  /** Number of all of them. */
  readonly total: number;
}

/** How many objects a message names. */
export const namedObjects = 10;

/**
 * The controllers that are installed and not wanted any more.
 *
 * @param installed those that the stack's last run has installed
 */
export function droppedComponents(installed: readonly string[], options: FluxControllersOptions): string[] {
  const wanted: readonly string[] = resolveFluxOptions(options).components;
  return installed.filter((component) => !wanted.includes(component)).sort();
}

/** The key of the configuration that a controller is left out of. */
export function componentsKey(component: string): "components" | "componentsExtra" {
  return (defaultComponents as readonly string[]).includes(component) ? "components" : "componentsExtra";
}

/** Why a controller cannot go, and what to do; undefined when nothing is left of its kinds. */
export function droppingProblem({ component, objects, total }: OwnedObjects): string | undefined {
  if (total === 0) return undefined;
  const named = objects.slice(0, namedObjects).map(objectText);
  const more = total > named.length ? ` and ${total - named.length} more` : "";
  const are = total === 1 ? "1 object of its kinds is" : `${total} objects of its kinds are`;
  return (
    `leaves out "${component}", which is installed, while ${are} on the cluster: ${named.join(", ")}${more}. ` +
    "Nothing would finish them off, and their kinds go with the controller: delete them while it runs, then run this " +
    "again, or keep the controller. What this stack or Git makes of them goes in an update of its own before this one"
  );
}

/** "HelmRelease apps/web", and without a namespace "Thing web". */
function objectText({ kind, namespace, name }: OwnedObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
