import { branchProtection } from "./branch-protection.ts";
import { deployKey } from "./deploy-key.ts";
import type { Kind } from "./kind.ts";
import { projectAccessToken } from "./project-access-token.ts";
import { projectApprovalRule } from "./project-approval-rule.ts";
import { projectHook } from "./project-hook.ts";
import { projectJobTokenScope } from "./project-job-token-scope.ts";
import { projectLevelMrApprovals } from "./project-level-mr-approvals.ts";
import { project } from "./project.ts";
import { groupVariable, projectVariable } from "./variable.ts";

/** Every type that the stand-in handles. */
export const kinds: readonly Kind[] = [
  project,
  branchProtection,
  deployKey,
  projectVariable,
  groupVariable,
  projectJobTokenScope,
  projectAccessToken,
  projectHook,
  projectApprovalRule,
  projectLevelMrApprovals,
];
