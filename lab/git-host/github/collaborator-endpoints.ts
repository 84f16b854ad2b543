/** Who may work on a repository: the administrator, and nobody else. */
import { simpleUser } from "./accounts.ts";
import { type RepositoryCall, type RepositoryEndpoint, noContent, ok } from "./endpoint.ts";
import { notFound } from "./github-error.ts";

/** Collaborators, to be read. */
export const collaboratorEndpoints: readonly RepositoryEndpoint[] = [
  {
    method: "GET",
    below: "/collaborators",
    docs: "collaborators/collaborators#list-repository-collaborators",
    access: "administrators",
    run: (call) => ok([showAdministrator(call)]),
  },
  {
    method: "GET",
    below: "/collaborators/:username",
    docs: "collaborators/collaborators#check-if-a-user-is-a-repository-collaborator",
    access: "administrators",
    run: (call) => {
      requireAdministrator(call);
      return noContent;
    },
  },
  {
    method: "GET",
    below: "/collaborators/:username/permission",
    docs: "collaborators/collaborators#get-repository-permissions-for-a-user",
    access: "administrators",
    run: (call) => {
      requireAdministrator(call);
      return ok({ permission: "admin", role_name: "admin", user: showAdministrator(call) });
    },
  },
];

function requireAdministrator({ accounts, params }: RepositoryCall): void {
  if (accounts.find(params["username"] ?? "") !== accounts.administrator) throw notFound();
}

function showAdministrator({ accounts, urls }: RepositoryCall): object {
  return {
    ...simpleUser(accounts.administrator, urls),
    permissions: { admin: true, maintain: true, push: true, triage: true, pull: true },
    role_name: "admin",
  };
}
