/** What a person can do about an object that does not get ready. Pure. */
import { type Condition, conditionsOf } from "./object-status.ts";
import type { ClusterObject, ObjectRef } from "./reader.ts";

/**
 * A sentence or two, by the object's kind and what its conditions say.
 * @param reasons reasons of its containers, such as "CrashLoopBackOff"
 */
export function adviceFor(ref: ObjectRef, object: ClusterObject, reasons: readonly string[]): string {
  const ready = conditionsOf(object).find(({ type }) => type === "Ready");
  if (ref.kind === "GitRepository") return gitRepository(ready);
  if (ref.kind === "Kustomization") return kustomization(ready);
  if (ref.kind === "Deployment") return workload(reasons);
  return "mend what the cluster says.";
}

/** The command that shows everything of an object. */
export function describeCommand({ kind, namespace, name }: ObjectRef, context: string | undefined): string {
  const where = [
    ...(context === undefined ? [] : [`--context ${context}`]),
    ...(namespace === undefined ? [] : [`--namespace ${namespace}`]),
  ];
  return ["kubectl", ...where, "describe", kind.toLowerCase(), name].join(" ");
}

/** https://fluxcd.io/flux/components/source/gitrepositories/#gitrepository-status */
function gitRepository(ready: Condition | undefined): string {
  const message = ready?.message ?? "";
  if (/auth|permission|denied|publickey|handshake/i.test(message))
    return "check that the deploy key is registered on the Git host and that the host's keys (knownHosts) are right.";
  if (/couldn't find remote ref|reference not found|repository not found|empty/i.test(message))
    return "check that the repository exists, and has the branch or tag that the source follows.";
  if (ready === undefined) return noController("source-controller");
  return "check that the cluster's nodes reach the Git host (name, port, firewall, proxy), and that it answers.";
}

/** https://fluxcd.io/flux/components/kustomize/kustomizations/#kustomization-status */
function kustomization(ready: Condition | undefined): string {
  const reason = ready?.reason ?? "";
  const message = ready?.message ?? "";
  if (reason === "ArtifactFailed" && message.includes("not found"))
    return "the folder is not in the source: push it, or mend the `path` of the sync in the stack's file.";
  if (reason === "BuildFailed") return "kustomize cannot build what is in the folder: mend it in Git.";
  if (reason === "DependencyNotReady") return "it waits for a sync that it depends on: mend that one first.";
  if (reason === "HealthCheckFailed" || reason === "Progressing" || reason === "ProgressingWithRetry")
    return "something that it applied does not get healthy: mend that in Git, or give it more time (`timeout` of the sync).";
  if (ready === undefined) return noController("kustomize-controller");
  return "the cluster refuses something of what is in the folder: mend it in Git.";
}

function noController(controller: string): string {
  return `${controller} has not looked at it: check that it runs.`;
}

function workload(reasons: readonly string[]): string {
  if (reasons.some((reason) => /ImagePull|ErrImage|InvalidImage/.test(reason)))
    return "its image cannot be pulled: check `registry` and `imagePullSecret` of `slipway:flux`, and that the nodes reach the registry.";
  if (reasons.some((reason) => /CrashLoop|Error|OOMKilled|CreateContainer/.test(reason)))
    return "its program ends as soon as it starts, and the log above says why: mend the options in `slipway:flux`.";
  return "its pods do not come up: check quota, Pod Security and room on the nodes.";
}
