/** The label and taint of the node whose pods are real processes. */
export const PROCESS_NODE_LABEL = "slipway.dev/process-node";

/** Name of the policy and of its binding. */
export const POLICY_NAME = "slipway-lab-process-node";

/** Which pods go to the process node: those of exactly these images, and Flux's, in exactly this namespace. */
export interface ProcessNodePolicyInput {
  /** Complete image references, for example "ghcr.io/fluxcd/source-controller:v1.9.3". */
  readonly images: readonly string[];
  readonly namespace: string;
}

/**
 * Where the lab asks, by a dry run, whether the policy is in force: a namespace of every cluster in which nobody
 * runs pods, so that the question needs no namespace of its own.
 */
export const PROBE_NAMESPACE = "kube-node-lease";

/**
 * Every pod of Flux's release manifest has this label. One whose image the lab has no program for belongs to the process
 * node too, which says so: simulated, it would look healthy and do nothing.
 */
const partOfFlux = `object.metadata.?labels[?"app.kubernetes.io/part-of"].orValue("") == "flux"`;

const API = "admissionregistration.k8s.io/v1";

/**
 * The MutatingAdmissionPolicy that sends the pods of known images to the process node, by a node selector and a
 * toleration, so that nobody's Deployments have to know of the lab. Served as v1 by Kubernetes 1.36 without a gate.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */
export function processNodePolicy(input: ProcessNodePolicyInput): Record<string, unknown> {
  const images = input.images.map((image) => JSON.stringify(image)).join(", ");
  const toleration = `Object.spec.tolerations{key: "${PROCESS_NODE_LABEL}", operator: "Exists", effect: "NoSchedule"}`;
  const selectorPath = `"/spec/nodeSelector/" + jsonpatch.escapeKey("${PROCESS_NODE_LABEL}")`;
  const jsonPatch = (expression: string): Record<string, unknown> => ({
    patchType: "JSONPatch",
    jsonPatch: { expression },
  });
  return {
    apiVersion: API,
    kind: "MutatingAdmissionPolicy",
    metadata: { name: POLICY_NAME },
    spec: {
      // A pod that slipped by would be simulated: Flux would look healthy and do nothing.
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      matchConstraints: {
        namespaceSelector: {
          matchExpressions: [
            {
              key: "kubernetes.io/metadata.name",
              operator: "In",
              values: [input.namespace, PROBE_NAMESPACE],
            },
          ],
        },
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
        ],
      },
      matchConditions: [
        {
          name: "known-images-or-flux",
          expression: `object.spec.containers.all(c, c.image in [${images}]) || ${partOfFlux}`,
        },
      ],
      mutations: [
        jsonPatch(
          `has(object.spec.nodeSelector) ? [JSONPatch{op: "add", path: ${selectorPath}, value: "true"}] : ` +
            `[JSONPatch{op: "add", path: "/spec/nodeSelector", value: {"${PROCESS_NODE_LABEL}": "true"}}]`,
        ),
        jsonPatch(
          `has(object.spec.tolerations) ? [JSONPatch{op: "add", path: "/spec/tolerations/-", value: ${toleration}}] : ` +
            `[JSONPatch{op: "add", path: "/spec/tolerations", value: [${toleration}]}]`,
        ),
      ],
    },
  };
}

/** The binding that puts the policy in force. */
export function processNodePolicyBinding(): Record<string, unknown> {
  return {
    apiVersion: API,
    kind: "MutatingAdmissionPolicyBinding",
    metadata: { name: POLICY_NAME },
    spec: { policyName: POLICY_NAME },
  };
}

/** A pod for the dry run that shows whether the policy is in force. */
export function probePod(image: string): Record<string, unknown> {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "slipway-lab-probe", namespace: PROBE_NAMESPACE },
    spec: { containers: [{ name: "probe", image }] },
  };
}
