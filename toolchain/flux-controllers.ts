import type { FluxController, ToolName } from "./tool-names.ts";
import { tools } from "./tools.ts";

/** The tools that are the default controllers of a release. */
type Controllers = Readonly<Record<FluxController, ToolName>>;

const v293: Controllers = {
  "source-controller": "source-controller",
  "kustomize-controller": "kustomize-controller",
  "helm-controller": "helm-controller",
  "notification-controller": "notification-controller",
};

const releases: Readonly<Record<string, Controllers>> = {
  "v2.9.3": v293,
  "v2.9.4": {
    ...v293,
    "source-controller": "source-controller-v1.9.4",
    "notification-controller": "notification-controller-v1.9.3",
  },
};

/** The releases of Flux that there are programs for. */
export const fluxReleases: readonly string[] = Object.keys(releases);

/**
 * The programs of a release's default controllers, by the images that its manifest names; those of the default release
 * for one that there are no programs for.
 */
export function fluxPrograms(release: string): ReadonlyMap<string, ToolName> {
  const controllers = Object.entries(releases[release] ?? v293);
  return new Map(
    controllers.map(([controller, name]) => [`ghcr.io/fluxcd/${controller}:${tools[name].version}`, name]),
  );
}
