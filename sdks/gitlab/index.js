/** What of Pulumi's GitLab provider Slipway uses. The names of modules and classes are those of the published package. */
export { BranchProtection } from "./branchProtection.js";
export { DeployKey } from "./deployKey.js";
export { GroupVariable } from "./groupVariable.js";
export { Project } from "./project.js";
export { ProjectApprovalRule } from "./projectApprovalRule.js";
export { ProjectHook } from "./projectHook.js";
export { ProjectAccessToken } from "./projectAccessToken.js";
export { ProjectJobTokenScope } from "./projectJobTokenScope.js";
export { ProjectLevelMrApprovals } from "./projectLevelMrApprovals.js";
export { ProjectVariable } from "./projectVariable.js";
export { Provider } from "./provider.js";
