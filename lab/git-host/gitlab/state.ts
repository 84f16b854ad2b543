/** What a GitLab host remembers besides the repositories themselves. Times are ISO 8601 in UTC. */
import type { Visibility } from "../store.ts";

/** Roles of members: https://docs.gitlab.com/api/access_requests/#valid-access-levels */
export const accessLevels = {
  noAccess: 0,
  minimal: 5,
  guest: 10,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
  admin: 60,
} as const;

/** A group, at the top or below another. */
export interface Group {
  readonly id: number;
  readonly parentId: number | null;
  name: string;
  readonly path: string;
  description: string;
  visibility: Visibility;
  readonly createdAt: string;
  variables: Variable[];
  /** Who may make projects in it; Developers and above, unless somebody has changed it. */
  projectCreation?: ProjectCreation;
}

/** Who may make projects in a group: https://docs.gitlab.com/api/groups/ */
export type ProjectCreation = "noone" | "administrator" | "owner" | "maintainer" | "developer";

/** A runner of the whole host. */
export interface Runner {
  readonly id: number;
  readonly description: string;
  readonly online: boolean;
}

/** A user: the administrator, somebody with roles in groups, or the bot that a project access token acts as. */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  /** Id of the user's own namespace, which has the user name as path. */
  readonly namespaceId: number;
  readonly createdAt: string;
  /** Of a bot: the project that it is a member of, and its role there. Without this and `roles`: the administrator. */
  readonly bot?: { readonly projectId: number; readonly accessLevel: number };
  /** Roles by the full path of a group; they hold below it, too. */
  readonly roles?: Readonly<Record<string, number>>;
}

/** A CI/CD variable: https://docs.gitlab.com/api/project_level_variables/ */
export interface Variable {
  readonly key: string;
  value: string;
  variableType: "env_var" | "file";
  protected: boolean;
  masked: boolean;
  hidden: boolean;
  raw: boolean;
  environmentScope: string;
  description: string | null;
}

/** An SSH key, which may open several projects. */
export interface GitLabDeployKey {
  readonly id: number;
  title: string;
  /** The whole line: type, blob and comment. */
  readonly line: string;
  /** Type and blob: what makes two keys the same. */
  readonly key: string;
  readonly userId: number;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  lastUsedAt: string | null;
  /** The projects that it opens, and whether it may push there. */
  projects: { readonly projectId: number; canPush: boolean }[];
}

/** Who may do something to a protected branch: a role, or a deploy key. */
export interface BranchAccess {
  readonly id: number;
  readonly accessLevel: number;
  readonly deployKeyId: number | null;
}

/** A protected branch or a pattern of branches, in which `*` stands for anything. */
export interface ProtectedBranch {
  readonly id: number;
  readonly name: string;
  push: BranchAccess[];
  merge: BranchAccess[];
  allowForcePush: boolean;
  /** Whether owners of changed files have to approve. */
  codeOwners?: boolean;
}

/** How many people have to approve merge requests. */
export interface ApprovalRule {
  readonly id: number;
  name: string;
  readonly type: "regular" | "any_approver";
  required: number;
}

/** A licence of the host, without which there is no plan. */
export interface License {
  readonly id: number;
  readonly plan: "premium";
  readonly createdAt: string;
}

/** A personal access token, or a project's: its value is not kept. */
export interface Token {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly userId: number;
  /** SHA-256 of the token, in hexadecimal. */
  digest: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  /** Day, such as `2026-12-31`: the token ends as the day begins. */
  expiresAt: string | null;
  revoked: boolean;
  lastUsedAt: string | null;
}

/** A deploy token of a project: a user name and a password for reading it. */
export interface DeployToken {
  readonly id: number;
  readonly name: string;
  readonly username: string;
  readonly digest: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
  revoked: boolean;
}

/** A webhook of a project. */
export interface ProjectHook {
  readonly id: number;
  url: string;
  name: string | null;
  description: string | null;
  /** Sent as `X-Gitlab-Token`; never shown. */
  token: string | undefined;
  pushEventsBranchFilter: string;
  branchFilterStrategy: string;
  enableSslVerification: boolean;
  customWebhookTemplate: string | null;
  customHeaders: { readonly key: string; readonly value: string }[];
  /** The events that it wants to know of, by the names of GitLab's API, such as `push_events`. */
  events: Record<string, boolean>;
  readonly createdAt: string;
}

/** What a CI or a controller says of a commit. */
export interface GitLabCommitStatus {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly name: string;
  readonly pipelineId: number;
  readonly createdAt: string;
  readonly authorId: number;
  status: string;
  description: string | null;
  targetUrl: string | null;
  coverage: number | null;
  startedAt: string | null;
  finishedAt: string | null;
}

/** What a project has besides its repository, which has the same id. */
export interface Project {
  readonly id: number;
  /** Its name for people; the repository's name is its path. */
  name: string;
  readonly creatorId: number;
  /** Day on which it was marked for deletion, or null. */
  markedForDeletionOn: string | null;
  variables: Variable[];
  protectedBranches: ProtectedBranch[];
  approvalRules?: readonly ApprovalRule[];
  /** Who may approve, and for how long it counts: what somebody has said, by GitLab's names. */
  approvalSettings?: Readonly<Record<string, boolean>>;
  hooks: ProjectHook[];
  deployTokens: DeployToken[];
  statuses: GitLabCommitStatus[];
  /** Whose CI jobs may use this project; the project itself always may. */
  jobTokenScope: { enabled: boolean; projectIds: number[]; groupIds: number[] };
}

/** Everything that only a GitLab host has. */
export interface GitLabState {
  groups: Group[];
  users: User[];
  projects: Project[];
  deployKeys: GitLabDeployKey[];
  tokens: Token[];
  runners?: Runner[];
  licenses?: License[];
}
