/**
 * The pinned versions, in one place. They have to agree with the go.mod files beside this file, which a unit test
 * checks; the reasons for each are in docs and in those files.
 */
export const versions = {
  kubernetes: "v1.36.3",
  etcd: "v3.6.12",
  kwok: "v0.8.0",
  sourceController: "v1.9.3",
  kustomizeController: "v1.9.4",
  helmController: "v1.6.3",
  notificationController: "v1.9.2",
  /** Flux's controllers that v2.9.4 changed; its others are those of above. */
  flux294: { sourceController: "v1.9.4", notificationController: "v1.9.3" },
  pulumi: "v3.259.0",
  /** The last SDK module with a Node language host in it; it drives the CLI of `pulumi` (see builds.ts). */
  languageNodejsModule: "v3.68.0",
  helm: "v4.2.2",
  /** Of @pulumi/github, whose plugin the bridged provider stands in for. */
  githubProvider: "v6.12.2",
} as const;
