import type { CondensedNamespaceSchema, GroupSchema } from "@gitbeaker/rest";
import type { Call } from "./endpoint.ts";
import type { Namespace } from "./namespaces.ts";
import type { Shown } from "./shown.ts";
import type { Group } from "./state.ts";

/** A namespace as a part of another answer. */
export function showNamespace({ namespaces, urls }: Call, namespace: Namespace) {
  const group = namespace.kind === "group" ? namespace.group : undefined;
  return {
    id: namespace.id,
    name: namespace.kind === "group" ? namespace.group.name : namespace.user.name,
    path: namespace.fullPath.split("/").at(-1) ?? "",
    kind: namespace.kind,
    full_path: namespace.fullPath,
    parent_id: (group && namespaces.parent(group)?.id) ?? null,
    avatar_url: null,
    web_url: urls.web(group === undefined ? `/${namespace.fullPath}` : `/groups/${namespace.fullPath}`),
  } satisfies Shown<CondensedNamespaceSchema>;
}

/** A group. */
export function showGroup({ namespaces, urls }: Call, group: Group) {
  const path = namespaces.fullPath(group);
  return {
    id: group.id,
    web_url: urls.web(`/groups/${path}`),
    name: group.name,
    path: group.path,
    description: group.description,
    visibility: group.visibility,
    share_with_group_lock: false,
    require_two_factor_authentication: false,
    two_factor_grace_period: 48,
    project_creation_level: group.projectCreation ?? "developer",
    auto_devops_enabled: null,
    subgroup_creation_level: "maintainer",
    emails_disabled: false,
    emails_enabled: true,
    mentions_disabled: null,
    lfs_enabled: true,
    archived: false,
    math_rendering_limits_enabled: true,
    lock_math_rendering_limits_enabled: false,
    default_branch: null,
    default_branch_protection: 2,
    default_branch_protection_defaults: {
      allowed_to_push: [{ access_level: 40 }],
      allow_force_push: false,
      allowed_to_merge: [{ access_level: 40 }],
      developer_can_initial_push: false,
    },
    avatar_url: null,
    request_access_enabled: true,
    full_name: namespaces.fullName(group),
    full_path: path,
    created_at: group.createdAt,
    parent_id: group.parentId,
    organization_id: 1,
    shared_runners_setting: "enabled",
    marked_for_deletion_on: null,
  } satisfies Shown<GroupSchema, "ldap_cn" | "ldap_access" | "membership_lock">;
}
