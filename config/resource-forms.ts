/** Names of resources that are counted or limited: https://kubernetes.io/docs/concepts/policy/resource-quotas/ */
import { didYouMean } from "../components/names.ts";
import { labelKeyProblem } from "./kubernetes-forms.ts";
import { show } from "./problems.ts";

/** What a container can ask for, of Kubernetes' own; others have the domain of their maker before them. */
const compute = ["cpu", "memory", "ephemeral-storage"];

/** What a quota counts beside that, of Kubernetes' own. */
const counted = [
  ...["pods", "services", "secrets", "configmaps", "persistentvolumeclaims", "replicationcontrollers"],
  ...["resourcequotas", "services.nodeports", "services.loadbalancers", "requests.storage"],
  ...compute.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
];

/** What is wrong with the name of a resource of a container, and what to write. */
export function containerResourceProblem(name: string): string | undefined {
  return resourceProblem(name, compute, /^hugepages-\w+$/, '"example.com/gpu"');
}

/** What is wrong with the name of a resource in a quota, and what to write. */
export function quotaResourceProblem(name: string): string | undefined {
  return resourceProblem(
    name,
    [...compute, ...counted],
    /^(requests\.)?hugepages-\w+$/,
    '"count/jobs.batch"',
  );
}

function resourceProblem(
  name: string,
  known: readonly string[],
  more: RegExp,
  example: string,
): string | undefined {
  if (known.includes(name) || more.test(name)) return undefined;
  // With a "/" it is somebody's own, whatever it is.
  if (name.includes("/") && labelKeyProblem(name) === undefined) return undefined;
  const near = didYouMean(name, known);
  const advice =
    near === undefined
      ? `there are ${known.join(", ")}, and names such as ${example}`
      : `did you mean "${near}"?`;
  return `${show(name)} is no resource that Kubernetes knows: ${advice}`;
}
