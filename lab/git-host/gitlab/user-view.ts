import type { ExpandedUserSchema, PersonalAccessTokenSchema } from "@gitbeaker/rest";
import type { Caller } from "./caller.ts";
import type { Shown } from "./shown.ts";
import type { User } from "./state.ts";
import { ended } from "./tokens.ts";
import type { Urls } from "./urls.ts";

/** A token as its holder sees it. */
export function showToken({ token }: Caller) {
  return {
    id: token.id,
    name: token.name,
    revoked: token.revoked,
    created_at: token.createdAt,
    description: token.description,
    scopes: [...token.scopes],
    user_id: token.userId,
    last_used_at: token.lastUsedAt,
    active: !token.revoked && !ended(token),
    expires_at: token.expiresAt,
  } satisfies Shown<PersonalAccessTokenSchema, "token">;
}

/** A user as a part of another answer. */
export function showUser(user: User, urls: Urls) {
  return {
    id: user.id,
    username: user.username,
    public_email: null,
    name: user.name,
    state: "active",
    locked: false,
    avatar_url: null,
    web_url: urls.web(`/${user.username}`),
  };
}

/** A user as they see themselves. */
export function showCurrentUser(user: User, urls: Urls) {
  return {
    ...showUser(user, urls),
    created_at: user.createdAt,
    bio: "",
    location: "",
    linkedin: "",
    twitter: "",
    discord: "",
    website_url: "",
    github: "",
    job_title: "",
    pronouns: null,
    organization: "",
    bot: user.bot !== undefined,
    work_information: null,
    local_time: null,
    last_sign_in_at: null,
    confirmed_at: user.createdAt,
    last_activity_on: user.createdAt.slice(0, 10),
    email: `${user.username}@${urls.host}`,
    theme_id: 3,
    color_scheme_id: 1,
    projects_limit: 100_000,
    current_sign_in_at: null,
    identities: [],
    can_create_group: user.bot === undefined,
    can_create_project: true,
    two_factor_enabled: false,
    external: false,
    private_profile: null,
    commit_email: `${user.username}@${urls.host}`,
    ...(user.bot === undefined &&
      user.roles === undefined && {
        is_admin: true,
        note: null,
        namespace_id: user.namespaceId,
        created_by: null,
      }),
  } satisfies Shown<
    ExpandedUserSchema,
    "skype" | "followers" | "following" | "is_followed" | "is_admin" | "note" | "namespace_id" | "created_by"
  >;
}
