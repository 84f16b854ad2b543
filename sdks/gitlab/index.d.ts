/** What of Pulumi's GitLab provider Slipway uses: https://www.pulumi.com/registry/packages/gitlab/ */
export {
  BranchProtection,
  type BranchProtectionAllowedToMerge,
  type BranchProtectionAllowedToPush,
  type BranchProtectionArgs,
} from "./branchProtection.js";
export { DeployKey, type DeployKeyArgs } from "./deployKey.js";
export { GroupVariable, type GroupVariableArgs } from "./groupVariable.js";
export { Project, type ProjectArgs } from "./project.js";
export { ProjectApprovalRule, type ProjectApprovalRuleArgs } from "./projectApprovalRule.js";
export { ProjectHook, type ProjectHookArgs } from "./projectHook.js";
export { ProjectAccessToken, type ProjectAccessTokenArgs } from "./projectAccessToken.js";
export { ProjectJobTokenScope, type ProjectJobTokenScopeArgs } from "./projectJobTokenScope.js";
export { ProjectLevelMrApprovals, type ProjectLevelMrApprovalsArgs } from "./projectLevelMrApprovals.js";
export { ProjectVariable, type ProjectVariableArgs } from "./projectVariable.js";
export { Provider, type ProviderArgs } from "./provider.js";
