import { AccessLevel, type ProtectedBranchAccessLevel, type ProtectedBranchSchema } from "@gitbeaker/rest";
import { found, type GitLabApi } from "./api.ts";
import { idParts, textOf, type Found, type Item, type Kind, type Plain, type PlainValue } from "./kind.ts";

const type = "gitlab:index/branchProtection:BranchProtection";
const form = "PROJECT:BRANCH";

/** The provider's names of the levels. */
const levels: Readonly<Record<string, ProtectedBranchAccessLevel>> = {
  "no one": AccessLevel.NO_ACCESS,
  developer: AccessLevel.DEVELOPER,
  maintainer: AccessLevel.MAINTAINER,
  admin: AccessLevel.ADMIN,
};
const names = Object.keys(levels);

/** An entry of a list of those who may do something, as the host has it. */
interface Access {
  readonly id: number;
  readonly access_level: ProtectedBranchAccessLevel;
  readonly deploy_key_id?: number | null;
}

/**
 * Who may push and merge is told by lists where the host is an Enterprise Edition, whatever its plan, and by levels where it
 * is a Community Edition. The default branch is protected by the host itself: that protection is replaced.
 * https://docs.gitlab.com/api/protected_branches/, https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/branch_protection
 */
export const branchProtection: Kind = {
  type,
  fields: {
    project: { type: "text", from: "required", replaces: true },
    branch: { type: "text", from: "required", replaces: true },
    allowForcePush: { type: "truth", from: "computed" },
    allowedToPushes: { type: "items", from: "computed", parts: ["deployKeyId", "accessLevel"] },
    allowedToMerges: { type: "items", from: "computed", parts: ["accessLevel"] },
    pushAccessLevel: { type: "text", from: "computed", replaces: true, oneOf: names },
    mergeAccessLevel: { type: "text", from: "computed", replaces: true, oneOf: names },
    // For an Enterprise Edition; one without the plan for it leaves it out, and says nothing.
    codeOwnerApprovalRequired: { type: "truth", from: "optional", otherwise: false },
    branchProtectionId: { type: "number", from: "output" },
  },

  async create(api, inputs) {
    const enterprise = await isEnterprise(api);
    refuseOfOtherEdition(enterprise, inputs);
    const [project, branch] = [textOf(inputs, "project"), textOf(inputs, "branch")];
    await takeOver(api, project, branch);
    const { allowForcePush, pushAccessLevel, mergeAccessLevel } = inputs;
    const options = {
      allowForcePush: allowForcePush === true,
      ...(pushAccessLevel !== undefined && { pushAccessLevel: levelOf(textOf(inputs, "pushAccessLevel")) }),
      ...(mergeAccessLevel !== undefined && {
        mergeAccessLevel: levelOf(textOf(inputs, "mergeAccessLevel")),
      }),
      ...codeOwners(enterprise, inputs),
      ...lists(inputs, (items) => items.map(entryOf)),
    };
    const made = await api.protectedBranches.protect(project, branch, options);
    return foundOf(enterprise, project, made);
  },

  async read(api, id) {
    const [project = "", branch = ""] = idParts(type, id, form);
    const answer = await found(api.protectedBranches.show(project, branch));
    return answer && foundOf(await isEnterprise(api), project, answer);
  },

  async update(api, id, inputs) {
    const enterprise = await isEnterprise(api);
    refuseOfOtherEdition(enterprise, inputs);
    const [project = "", branch = ""] = idParts(type, id, form);
    const before = await api.protectedBranches.show(project, branch);
    const options = {
      allowForcePush: inputs["allowForcePush"] === true,
      ...codeOwners(enterprise, inputs),
      ...lists(inputs, (items, kind) => changesOf(items, accessOf(before, kind))),
    };
    const edited = await api.protectedBranches.edit(project, branch, options);
    return foundOf(enterprise, project, edited);
  },

  async remove({ protectedBranches }, id) {
    const [project = "", branch = ""] = idParts(type, id, form);
    await protectedBranches.unprotect(project, branch);
  },
};

const isEnterprise = async ({ metadata }: GitLabApi) => (await metadata.show()).enterprise;

function refuseOfOtherEdition(enterprise: boolean, inputs: Plain): void {
  const others = enterprise
    ? ["pushAccessLevel", "mergeAccessLevel"]
    : ["allowedToPushes", "allowedToMerges"];
  const given = others.filter((name) => inputs[name] !== undefined);
  if (!enterprise && inputs["codeOwnerApprovalRequired"] === true) given.push("codeOwnerApprovalRequired");
  if (given.length === 0) return;
  const edition = enterprise ? "an Enterprise Edition" : "a Community Edition";
  throw new Error(`${given.join(" and ")}: not available, for the host is ${edition}`);
}

const codeOwners = (enterprise: boolean, inputs: Plain) =>
  enterprise ? { codeOwnerApprovalRequired: inputs["codeOwnerApprovalRequired"] === true } : {};

/** Makes room for a protection of the default branch; of any other branch there is none that is not somebody's. */
async function takeOver({ projects, protectedBranches }: GitLabApi, project: string, branch: string) {
  if ((await found(protectedBranches.show(project, branch))) === undefined) return;
  const { default_branch: usual } = await projects.show(project);
  if (usual !== branch)
    throw new Error(`protected branch "${branch}" on project "${project}" already exists`);
  await protectedBranches.unprotect(project, branch);
}

type ListKind = "push" | "merge";

/** The lists that the program gives, in the host's words. */
function lists(inputs: Plain, entries: (items: readonly Item[], kind: ListKind) => object[]): object {
  const { allowedToPushes, allowedToMerges } = inputs;
  return {
    ...(allowedToPushes !== undefined && { allowedToPush: entries(itemsOf(allowedToPushes), "push") }),
    ...(allowedToMerges !== undefined && { allowedToMerge: entries(itemsOf(allowedToMerges), "merge") }),
  };
}

const itemsOf = (value: PlainValue) => value as readonly Item[];

function levelOf(name: string): ProtectedBranchAccessLevel {
  const level = levels[name];
  if (level === undefined) throw new Error(`"${name}" is no level: write one of ${names.join(", ")}`);
  return level;
}

const entryOf = ({ deployKeyId, accessLevel }: Item) =>
  deployKeyId === undefined ? { accessLevel: levelOf(String(accessLevel ?? "")) } : { deployKeyId };

/** What is new, and what is there and not wanted any more. */
function changesOf(wanted: readonly Item[], before: readonly Access[]): object[] {
  const isSame = ({ deployKeyId, accessLevel }: Item, access: Access) =>
    deployKeyId === undefined
      ? isRole(access) && levelOf(String(accessLevel ?? "")) === access.access_level
      : access.deploy_key_id === deployKeyId;
  return [
    ...wanted.filter((item) => !before.some((access) => isSame(item, access))).map(entryOf),
    ...before
      .filter((access) => !wanted.some((item) => isSame(item, access)))
      .map(({ id }) => ({ id, _destroy: true })),
  ];
}

const isRole = ({ deploy_key_id: key }: Access) => (key ?? undefined) === undefined;

function accessOf(branch: ProtectedBranchSchema, kind: ListKind): readonly Access[] {
  return (branch[`${kind}_access_levels`] ?? []) as readonly unknown[] as readonly Access[];
}

const nameOf = (level: ProtectedBranchAccessLevel) =>
  names.find((name) => levels[name] === level) ?? String(level);

function foundOf(enterprise: boolean, project: string, branch: ProtectedBranchSchema): Found {
  const item = (access: Access): Item => ({
    accessLevel: nameOf(access.access_level),
    ...(typeof access.deploy_key_id === "number" && { deployKeyId: access.deploy_key_id }),
  });
  const level = (kind: ListKind) => accessOf(branch, kind).find(isRole)?.access_level;
  const [push, merge] = [level("push"), level("merge")];
  return {
    id: `${project}:${branch.name}`,
    properties: {
      ...{ project, branch: branch.name, branchProtectionId: branch.id },
      allowForcePush: branch.allow_force_push,
      codeOwnerApprovalRequired: branch.code_owner_approval_required,
      ...(enterprise && {
        allowedToPushes: accessOf(branch, "push").map(item),
        allowedToMerges: accessOf(branch, "merge").map(item),
      }),
      ...(!enterprise && push !== undefined && { pushAccessLevel: nameOf(push) }),
      ...(!enterprise && merge !== undefined && { mergeAccessLevel: nameOf(merge) }),
    },
  };
}
