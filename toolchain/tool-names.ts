/** The pinned tools by the names of their files. */
export const toolNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kwok",
  "kwokctl",
  "pulumi",
  "pulumi-language-nodejs",
  "pulumi-resource-pulumi-nodejs",
  "source-controller",
  "kustomize-controller",
  "helm-controller",
  "notification-controller",
  "source-controller-v1.9.4",
  "notification-controller-v1.9.3",
  "pulumi-resource-github",
  "helm",
] as const;

export type ToolName = (typeof toolNames)[number];

/** Flux's controllers that the lab runs. */
export type FluxController = `${"source" | "kustomize" | "helm" | "notification"}-controller`;
