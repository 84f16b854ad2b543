import type { ProtectedBranchSchema } from "@gitbeaker/rest";
import { z } from "zod";
import { canPush } from "./deploy-keys.ts";
import { type Answer, type ProjectCall, type ProjectEndpoint, created, noContent, ok } from "./endpoint.ts";
import { notFound, refused } from "./gitlab-error.ts";
import { isPremium } from "./license-endpoints.ts";
import { paginate } from "./pagination.ts";
import { flag, integer, readParameters, text } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import { type BranchAccess, type ProtectedBranch, accessLevels } from "./state.ts";

const role = accessLevels.maintainer;

/** No one, developers and maintainers, maintainers, instance administrators. */
const level = integer.pipe(z.literal([0, 30, 40, 60]));

/** A role, or a deploy key; below GitLab Premium no user and no group is named. */
const entry = z.object({
  access_level: level.optional(),
  deploy_key_id: integer.optional(),
  user_id: integer.optional(),
  group_id: integer.optional(),
});

/** An entry, or one that is to go. */
const changedEntry = entry.extend({ id: integer.optional(), _destroy: flag.optional() });

const creation = z.object({
  name: text,
  push_access_level: level.optional(),
  merge_access_level: level.optional(),
  allow_force_push: flag.optional(),
  code_owner_approval_required: flag.optional(),
  allowed_to_push: z.array(entry).optional(),
  allowed_to_merge: z.array(entry).optional(),
});
const change = z.object({
  allow_force_push: flag.optional(),
  code_owner_approval_required: flag.optional(),
  allowed_to_push: z.array(changedEntry).optional(),
  allowed_to_merge: z.array(changedEntry).optional(),
});
const search = z.object({ search: z.string().optional() });

/** The protected branches of a project: https://docs.gitlab.com/api/protected_branches/ */
export const protectedBranchEndpoints: readonly ProjectEndpoint[] = [
  {
    method: "GET",
    below: "/protected_branches",
    role: accessLevels.developer,
    run: (call) => {
      const { search: words = "" } = readParameters(search, call);
      const page = paginate(
        call,
        call.project.protectedBranches.filter(({ name }) => name.includes(words)),
      );
      return ok(
        page.items.map((branch) => showBranch(call, branch)),
        page.headers,
      );
    },
  },
  { method: "POST", below: "/protected_branches", role, run: protectBranch },
  {
    method: "GET",
    below: "/protected_branches/:name",
    role: accessLevels.developer,
    run: (call) => ok(showBranch(call, findBranch(call))),
  },
  { method: "PATCH", below: "/protected_branches/:name", role, run: changeBranch },
  {
    method: "DELETE",
    below: "/protected_branches/:name",
    role,
    run: async ({ store, ...call }) => {
      const branch = findBranch(call);
      call.project.protectedBranches = call.project.protectedBranches.filter((it) => it !== branch);
      await store.save();
      return noContent;
    },
  },
];

async function protectBranch(call: ProjectCall): Promise<Answer> {
  const wanted = readParameters(creation, call);
  const { project, store } = call;
  if (project.protectedBranches.some(({ name }) => name === wanted.name))
    throw refused(409, `Protected branch '${wanted.name}' already exists`);
  // Where somebody is named, nobody else may unless that is said.
  const access = (
    wantedLevel: Entry["access_level"],
    named: readonly Entry[] | undefined,
  ): BranchAccess[] => {
    const accessLevel = wantedLevel ?? ((named ?? []).length === 0 ? accessLevels.maintainer : undefined);
    const role = accessLevel === undefined ? [] : [{ access_level: accessLevel }];
    return [...role, ...(named ?? [])].reduce<BranchAccess[]>(
      (before, one) => [...before, ...accessOf(call, one, before)],
      [],
    );
  };
  const branch: ProtectedBranch = {
    id: store.newId(),
    name: wanted.name,
    push: access(wanted.push_access_level, wanted.allowed_to_push),
    merge: access(wanted.merge_access_level, wanted.allowed_to_merge),
    allowForcePush: wanted.allow_force_push ?? false,
    codeOwners: ownersAsked(call, wanted.code_owner_approval_required) ?? false,
  };
  project.protectedBranches.push(branch);
  await store.save();
  return created(showBranch(call, branch));
}

async function changeBranch(call: ProjectCall): Promise<Answer> {
  const wanted = readParameters(change, call);
  const branch = findBranch(call);
  branch.push = changedAccess(call, branch.push, wanted.allowed_to_push);
  branch.merge = changedAccess(call, branch.merge, wanted.allowed_to_merge);
  branch.allowForcePush = wanted.allow_force_push ?? branch.allowForcePush;
  branch.codeOwners = ownersAsked(call, wanted.code_owner_approval_required) ?? branch.codeOwners ?? false;
  await call.store.save();
  return ok(showBranch(call, branch));
}

/** Below Premium it is no parameter, and so left out without a word. */
function ownersAsked({ state }: ProjectCall, wanted: boolean | undefined): boolean | undefined {
  return isPremium(state) ? wanted : undefined;
}

type Entry = z.output<typeof entry>;
type AccessCall = Pick<ProjectCall, "deployKeys" | "project" | "store">;

function changedAccess(
  call: AccessCall,
  before: readonly BranchAccess[],
  wanted: readonly z.output<typeof changedEntry>[] = [],
): BranchAccess[] {
  const gone = wanted.filter(({ _destroy: goes }) => goes === true).map(({ id }) => id);
  const kept = before.filter(({ id }) => !gone.includes(id));
  return wanted
    .filter(({ _destroy: goes }) => goes !== true)
    .reduce<BranchAccess[]>((all, one) => [...all, ...accessOf(call, one, all)], kept);
}

/** @throws GitLabError 422 for a user or group, and for a key that may not push here, or is named already */
function accessOf(
  { deployKeys, project, store }: AccessCall,
  { access_level: accessLevel, deploy_key_id: deployKeyId, user_id: user, group_id: group }: Entry,
  before: readonly BranchAccess[],
): BranchAccess[] {
  if (user !== undefined) throw refused(422, ["Push access levels user must be blank"]);
  if (group !== undefined) throw refused(422, ["Push access levels group must be blank"]);
  if (deployKeyId === undefined) {
    return accessLevel === undefined ? [] : [{ id: store.newId(), accessLevel, deployKeyId: null }];
  }
  const key = deployKeys.byId(deployKeyId);
  if (key === undefined || canPush(key, project) !== true)
    throw refused(422, ["Push access levels deploy key is not enabled for this project"]);
  if (before.some((it) => it.deployKeyId === deployKeyId))
    throw refused(422, ["Push access levels deploy key has already been taken"]);
  return [{ id: store.newId(), accessLevel: accessLevels.maintainer, deployKeyId }];
}

function findBranch({ params, project }: Pick<ProjectCall, "params" | "project">): ProtectedBranch {
  const branch = project.protectedBranches.find(({ name }) => name === params["name"]);
  if (branch === undefined) throw notFound();
  return branch;
}

const descriptions: Readonly<Record<number, string>> = {
  0: "No one",
  30: "Developers + Maintainers",
  40: "Maintainers",
  60: "Instance admins",
};

function showBranch({ deployKeys }: Pick<ProjectCall, "deployKeys">, branch: ProtectedBranch) {
  const merge = ({ id, accessLevel, deployKeyId }: BranchAccess) => {
    const description =
      deployKeyId === null ? descriptions[accessLevel] : deployKeys.byId(deployKeyId)?.title;
    return {
      id,
      access_level: accessLevel,
      access_level_description: description ?? "",
      user_id: null,
      group_id: null,
    };
  };
  const push = (access: BranchAccess) => ({ ...merge(access), deploy_key_id: access.deployKeyId });
  return {
    id: branch.id,
    name: branch.name,
    push_access_levels: branch.push.map(push),
    merge_access_levels: branch.merge.map(merge),
    unprotect_access_levels: [],
    allow_force_push: branch.allowForcePush,
    code_owner_approval_required: branch.codeOwners ?? false,
  } satisfies Shown<ProtectedBranchSchema>;
}
