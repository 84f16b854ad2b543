import type { ProtectedBranchSchema } from "@gitbeaker/rest";
import { z } from "zod";
import { canPush } from "./deploy-keys.ts";
import { type Answer, type ProjectCall, type ProjectEndpoint, created, noContent, ok } from "./endpoint.ts";
import { notFound, refused } from "./gitlab-error.ts";
import { paginate } from "./pagination.ts";
import { flag, integer, readParameters, text } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import { type BranchAccess, type ProtectedBranch, accessLevels } from "./state.ts";

const role = accessLevels.maintainer;

/** No one, developers and maintainers, maintainers, instance administrators. */
const level = integer.pipe(z.literal([0, 30, 40, 60]));

/** Below GitLab Premium only deploy keys can be named one by one. */
const allowedToPush = z.array(z.object({ deploy_key_id: integer.optional() })).optional();

const creation = z.object({
  name: text,
  push_access_level: level.optional(),
  merge_access_level: level.optional(),
  allow_force_push: flag.optional(),
  allowed_to_push: allowedToPush,
});
const change = z.object({ allow_force_push: flag.optional(), allowed_to_push: allowedToPush });
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
  const keys = keyAccess(call, wanted.allowed_to_push, []);
  const roles = (wantedLevel: number | undefined, usual: boolean): BranchAccess[] => {
    const accessLevel = wantedLevel ?? (usual ? accessLevels.maintainer : undefined);
    return accessLevel === undefined ? [] : [{ id: store.newId(), accessLevel, deployKeyId: null }];
  };
  const branch: ProtectedBranch = {
    id: store.newId(),
    name: wanted.name,
    // Where deploy keys are named, nobody else may push unless that is said.
    push: [...roles(wanted.push_access_level, keys.length === 0), ...keys],
    merge: roles(wanted.merge_access_level, true),
    allowForcePush: wanted.allow_force_push ?? false,
  };
  project.protectedBranches.push(branch);
  await store.save();
  return created(showBranch(call, branch));
}

async function changeBranch(call: ProjectCall): Promise<Answer> {
  const wanted = readParameters(change, call);
  const branch = findBranch(call);
  branch.push.push(...keyAccess(call, wanted.allowed_to_push, branch.push));
  branch.allowForcePush = wanted.allow_force_push ?? branch.allowForcePush;
  await call.store.save();
  return ok(showBranch(call, branch));
}

/** @throws GitLabError 422 for a key that may not push here, or is named already */
function keyAccess(
  { deployKeys, project, store }: ProjectCall,
  wanted: z.output<typeof allowedToPush>,
  before: readonly BranchAccess[],
): BranchAccess[] {
  return (wanted ?? []).flatMap(({ deploy_key_id: deployKeyId }) => {
    if (deployKeyId === undefined) return [];
    const key = deployKeys.byId(deployKeyId);
    if (key === undefined || canPush(key, project) !== true)
      throw refused(422, ["Push access levels deploy key is not enabled for this project"]);
    if (before.some((it) => it.deployKeyId === deployKeyId))
      throw refused(422, ["Push access levels deploy key has already been taken"]);
    return [{ id: store.newId(), accessLevel: accessLevels.maintainer, deployKeyId }];
  });
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
  const access = ({ id, accessLevel, deployKeyId }: BranchAccess) => {
    const description =
      deployKeyId === null ? descriptions[accessLevel] : deployKeys.byId(deployKeyId)?.title;
    return {
      id,
      access_level: accessLevel,
      access_level_description: description ?? "",
      ...(deployKeyId !== null && { deploy_key_id: deployKeyId }),
    };
  };
  return {
    id: branch.id,
    name: branch.name,
    push_access_levels: branch.push.map(access),
    merge_access_levels: branch.merge.map(access),
    allow_force_push: branch.allowForcePush,
  } satisfies Shown<ProtectedBranchSchema, "unprotect_access_levels" | "code_owner_approval_required">;
}
