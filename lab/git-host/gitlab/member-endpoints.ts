import type { SimpleMemberSchema } from "@gitbeaker/rest";
import { groupRole } from "./caller.ts";
import type { GroupEndpoint } from "./endpoint.ts";
import { ok } from "./endpoint.ts";
import { notFound } from "./gitlab-error.ts";
import type { Shown } from "./shown.ts";
import { showUser } from "./user-view.ts";

/** Members of a group, by themselves or by a group above: https://docs.gitlab.com/api/group_members/ */
export const memberEndpoints: readonly GroupEndpoint[] = [
  {
    method: "GET",
    below: "/members/all/:user_id",
    run: ({ group, namespaces, params, state, urls }) => {
      const user = state.users.find(({ id }) => String(id) === params["user_id"]);
      const level = groupRole(namespaces.fullPath(group), user);
      if (user === undefined || level === 0) throw notFound();
      return ok({
        ...showUser(user, urls),
        access_level: level,
        expires_at: null,
        created_at: user.createdAt,
        membership_state: "active",
        // The client has an enumeration for the level, which is a number.
      } satisfies Shown<SimpleMemberSchema, "access_level" | "email">);
    },
  },
];
