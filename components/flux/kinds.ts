/**
 * Flux's kinds as far as Slipway writes them, and the specs they get from plain options. Pure: no Pulumi here.
 *
 * A `Text` is a string, or what a component has for one (`pulumi.Input<string>`).
 */
import { durationSeconds, secondsDuration } from "../durations.ts";

export {
  type GitRepositoryOptions,
  type GitRepositorySpec,
  gitRepositoryDefaults,
  gitRepositoryKind,
  gitRepositorySpec,
  urlProblem,
} from "./git-repository.ts";
export {
  type DeletionPolicy,
  type HealthCheck,
  type KustomizationOptions,
  type KustomizationSpec,
  type ObjectReference,
  kustomizationDefaults,
  kustomizationKind,
  kustomizationSpec,
  normalPath,
} from "./kustomization.ts";

/**
 * Annotation that lets `pulumi up` go on only when the object is Ready for its newest generation:
 * https://github.com/pulumi/pulumi-kubernetes/blob/v4.32.0/provider/pkg/metadata/overrides.go
 *
 * As `kubectl wait` does, the provider takes no condition whose `observedGeneration` is older than the object's:
 * https://github.com/pulumi/pulumi-kubernetes/blob/v4.32.0/provider/pkg/await/condition/kubectl.go
 * Flux gives each condition one, and works on an object in one run at a time. So a source that has moved to another Secret
 * counts as Ready once it has fetched with that, and nothing is left then that fetches with the old one.
 */
export const awaitReady = { "pulumi.com/waitFor": "condition=Ready" } as const;

/**
 * How long to wait for an object to be ready, or gone: one attempt that fails at its very end, the time until the
 * next one, and that one.
 */
export function awaitDuration(timeout: string, retryInterval: string): string {
  return secondsDuration(2 * durationSeconds(timeout) + durationSeconds(retryInterval));
}
