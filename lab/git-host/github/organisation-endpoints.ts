/** What an organisation allows, and who the caller is there. */
import { z } from "zod";
import { changeSettings, settingsOf } from "./account-settings.ts";
import { fullOrganization, simpleUser, type Account } from "./accounts.ts";
import { type Answer, type Call, type GeneralEndpoint, noContent, ok } from "./endpoint.ts";
import { GitHubError, notFound } from "./github-error.ts";
import { readBody } from "./request-body.ts";

const change = z.object({
  deploy_keys_enabled_for_repositories: z.boolean().optional(),
  members_can_create_private_repositories: z.boolean().optional(),
  members_can_create_internal_repositories: z.boolean().optional(),
  members_can_create_public_repositories: z.boolean().optional(),
});

const permissions = z.object({
  enabled_repositories: z.enum(["all", "none", "selected"]),
  allowed_actions: z.enum(["all", "local_only"]).optional(),
});

/** https://docs.github.com/enterprise-server@3.19/rest/orgs and https://docs.github.com/enterprise-server@3.19/rest/actions/permissions */
export const organisationEndpoints: readonly GeneralEndpoint[] = [
  { method: "GET", path: "/orgs/:org", docs: "orgs/orgs#get-an-organization", run: showOrganisation },
  {
    method: "PATCH",
    path: "/orgs/:org",
    docs: "orgs/orgs#update-an-organization",
    access: "signed-in",
    run: changeOrganisation,
  },
  {
    method: "GET",
    path: "/user/memberships/orgs/:org",
    docs: "orgs/members#get-an-organization-membership-for-the-authenticated-user",
    access: "signed-in",
    run: showMembership,
  },
  {
    method: "GET",
    path: "/orgs/:org/actions/permissions",
    docs: "actions/permissions#get-github-actions-permissions-for-an-organization",
    access: "signed-in",
    run: (call) => {
      const { login } = administered(call);
      const { enabled, allowed } = settingsOf(call.store, login).actions;
      return ok({ enabled_repositories: enabled, ...(enabled !== "none" && { allowed_actions: allowed }) });
    },
  },
  {
    method: "PUT",
    path: "/orgs/:org/actions/permissions",
    docs: "actions/permissions#set-github-actions-permissions-for-an-organization",
    access: "signed-in",
    run: async (call) => {
      const { login } = administered(call);
      const { enabled_repositories: enabled, allowed_actions: allowed = "all" } = readBody(
        permissions,
        call.body,
      );
      await changeSettings(call.store, login, { actions: { enabled, allowed } });
      return noContent;
    },
  },
];

function organisation({ accounts, params }: Call): Account {
  const account = accounts.find(params["org"] ?? "");
  if (account?.type !== "Organization") throw notFound();
  return account;
}

/** One that the caller owns. */
function administered(call: Call): Account {
  const account = organisation(call);
  if (settingsOf(call.store, account.login).role === "admin") return account;
  throw new GitHubError(403, "Must have admin rights to Repository.");
}

/** Settings are for those who are signed in, and the plan is for owners. */
function showOrganisation(call: Call): Answer {
  const account = organisation(call);
  const { store, urls } = call;
  const shown = fullOrganization(account, store.state, urls);
  if (call.identity !== "administrator") return ok(shown);
  const { plan, deployKeys, membersMake, role } = settingsOf(store, account.login);
  return ok({
    ...shown,
    members_can_create_repositories: Object.values(membersMake).some(Boolean),
    members_can_create_private_repositories: membersMake.private,
    members_can_create_internal_repositories: membersMake.internal,
    members_can_create_public_repositories: membersMake.public,
    deploy_keys_enabled_for_repositories: deployKeys,
    ...(plan !== undefined &&
      role === "admin" && { plan: { name: plan, space: 976_562_499, private_repos: 9999 } }),
  });
}

async function changeOrganisation(call: Call): Promise<Answer> {
  const { login } = administered(call);
  const wanted = readBody(change, call.body);
  const { deployKeys, membersMake } = settingsOf(call.store, login);
  await changeSettings(call.store, login, {
    deployKeys: wanted.deploy_keys_enabled_for_repositories ?? deployKeys,
    membersMake: {
      private: wanted.members_can_create_private_repositories ?? membersMake.private,
      internal: wanted.members_can_create_internal_repositories ?? membersMake.internal,
      public: wanted.members_can_create_public_repositories ?? membersMake.public,
    },
  });
  return showOrganisation(call);
}

function showMembership(call: Call): Answer {
  const account = organisation(call);
  const { accounts, store, urls } = call;
  const { role } = settingsOf(store, account.login);
  if (role === "none") throw notFound();
  const url = urls.api(`/orgs/${account.login}`);
  return ok({
    url: `${url}/memberships/${accounts.administrator.login}`,
    state: role === "pending" ? "pending" : "active",
    role: role === "admin" ? "admin" : "member",
    organization_url: url,
    organization: {
      login: account.login,
      id: account.id,
      node_id: "",
      url,
      repos_url: `${url}/repos`,
      events_url: `${url}/events`,
      hooks_url: `${url}/hooks`,
      issues_url: `${url}/issues`,
      members_url: `${url}/members{/member}`,
      public_members_url: `${url}/public_members{/member}`,
      avatar_url: urls.web(`/avatars/u/${account.id}?`),
      description: null,
    },
    user: simpleUser(accounts.administrator, urls),
  });
}
