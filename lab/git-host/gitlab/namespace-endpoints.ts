import { z } from "zod";
import {
  type Answer,
  type Call,
  type GeneralEndpoint,
  type GroupCall,
  type GroupEndpoint,
  type SignedInCall,
  created,
  ok,
} from "./endpoint.ts";
import { forbidden, notFound } from "./gitlab-error.ts";
import { showGroup, showNamespace } from "./namespace-view.ts";
import { paginate, paginateById } from "./pagination.ts";
import { flag, integer, readParameters, text, visibility } from "./parameters.ts";
import { listProjects } from "./project-list.ts";
import type { Group } from "./state.ts";

const creation = z.object({
  name: text,
  path: text,
  parent_id: integer.optional(),
  description: z.string().optional(),
  visibility: visibility.optional(),
});
const change = z.object({
  description: z.string().optional(),
  visibility: visibility.optional(),
  project_creation_level: z.enum(["noone", "administrator", "owner", "maintainer", "developer"]).optional(),
});
const search = z.object({ search: z.string().optional(), top_level_only: flag.optional() });
const listing = z.object({ include_subgroups: flag.optional() });

/** Groups and namespaces: https://docs.gitlab.com/api/groups/ and https://docs.gitlab.com/api/namespaces/ */
export const namespaceEndpoints: readonly GeneralEndpoint[] = [
  {
    method: "GET",
    path: "/groups",
    run: (call) => {
      const { search: words = "", top_level_only: top } = readParameters(search, call);
      const found = call.namespaces.groups.filter(
        (group) =>
          (top !== true || group.parentId === null) &&
          `${group.name}\n${group.path}`.toLowerCase().includes(words.toLowerCase()),
      );
      return listGroups(call, found);
    },
  },
  { method: "POST", path: "/groups", run: createGroup },
  {
    method: "GET",
    path: "/namespaces",
    run: (call) => {
      const { search: words = "" } = readParameters(search, call);
      const found = call.namespaces
        .list()
        .filter(({ fullPath }) => fullPath.toLowerCase().includes(words.toLowerCase()));
      const page = paginate(call, found);
      return ok(
        page.items.map((namespace) => showNamespace(call, namespace)),
        page.headers,
      );
    },
  },
  {
    method: "GET",
    path: "/namespaces/:id",
    run: (call) => {
      const namespace = call.namespaces.find(call.params["id"] ?? "");
      if (namespace === undefined) throw notFound("Namespace");
      return ok(showNamespace(call, namespace));
    },
  },
];

/** One group. */
export const groupEndpoints: readonly GroupEndpoint[] = [
  { method: "GET", below: "", run: (call) => ok(showGroup(call, call.group)) },
  { method: "PUT", below: "", run: changeGroup },
  {
    method: "GET",
    below: "/subgroups",
    run: (call) =>
      listGroups(
        call,
        call.namespaces.groups.filter((group) => group.parentId === call.group.id),
      ),
  },
  {
    method: "GET",
    below: "/projects",
    run: (call) => {
      const { include_subgroups: deep } = readParameters(listing, call);
      const path = call.namespaces.fullPath(call.group);
      return listProjects(
        call,
        ({ repository: { owner } }) => owner === path || (deep === true && owner.startsWith(`${path}/`)),
      );
    },
  },
];

async function createGroup(call: SignedInCall): Promise<Answer> {
  const wanted = readParameters(creation, call);
  const { bot, roles } = call.caller.user;
  if (bot !== undefined || roles !== undefined) throw forbidden();
  if (wanted.parent_id !== undefined && call.namespaces.group(String(wanted.parent_id)) === undefined)
    throw notFound("Group");
  const { parent_id: parentId = null, name, path, description, visibility: seen } = wanted;
  const group = await call.namespaces.create(
    {
      name,
      path,
      parentId,
      ...(description !== undefined && { description }),
      ...(seen && { visibility: seen }),
    },
    call.repositories,
  );
  return created(showGroup(call, group));
}

async function changeGroup(call: GroupCall): Promise<Answer> {
  const { description, visibility: seen, project_creation_level: creation } = readParameters(change, call);
  Object.assign(call.group, {
    ...(description !== undefined && { description }),
    ...(seen && { visibility: seen }),
    ...(creation && { projectCreation: creation }),
  });
  await call.store.save();
  return ok(showGroup(call, call.group));
}

function listGroups(call: Call, groups: readonly Group[]): Answer {
  const page = paginateById(call, groups, ({ id }) => id);
  return ok(
    page.items.map((group) => showGroup(call, group)),
    page.headers,
  );
}
