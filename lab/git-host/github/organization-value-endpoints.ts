/** Variables and secrets of GitHub Actions, of an organisation: each is for some of its repositories. */
import { z } from "zod";
import type { OrganizationValues } from "../store.ts";
import { type Answer, type Call, type GeneralEndpoint, noContent, ok } from "./endpoint.ts";
import { GitHubError, notFound } from "./github-error.ts";
import { paginate } from "./pagination.ts";
import { minimalRepository } from "./repository-view.ts";
import { readBody } from "./request-body.ts";
import { type HolderKind, type ValueKind, valueEndpoints } from "./value-endpoints.ts";
import { findCiValue } from "../ci-values.ts";

const accessBody = z.object({
  visibility: z.enum(["all", "private", "selected"]).optional(),
  selected_repository_ids: z.array(z.coerce.number().int()).optional(),
});
const selection = z.object({ selected_repository_ids: z.array(z.coerce.number().int()) });

/** The values of the organisation that a path names. */
function valuesOf({ accounts, params, store }: Call): OrganizationValues {
  const account = accounts.find(params["org"] ?? "");
  if (account?.type !== "Organization") throw notFound();
  const all = (store.state.organizationValues ??= []);
  const known = all.find(({ organization }) => organization === account.login);
  if (known !== undefined) return known;
  const values: OrganizationValues = { organization: account.login, variables: [], secrets: [], access: [] };
  all.push(values);
  return values;
}

const accessOf = (call: Call, kind: ValueKind, name: string) =>
  valuesOf(call).access.find((one) => one.kind === kind && one.name === name.toUpperCase());

const holders: HolderKind<Call> = {
  article: "an",
  noun: "organization",
  holder: valuesOf,
  show: (call, kind, { name }) => {
    const { visibility } = accessOf(call, kind, name) ?? { visibility: "private" };
    const path = `/orgs/${valuesOf(call).organization}/actions/${kind}/${name}/repositories`;
    return {
      visibility,
      ...(visibility === "selected" && { selected_repositories_url: call.urls.api(path) }),
    };
  },
  accept: (call, kind, name) => {
    const values = valuesOf(call);
    const known = accessOf(call, kind, name);
    const body = readBody(accessBody, call.body);
    const visibility = body.visibility ?? known?.visibility;
    if (visibility === undefined)
      throw new GitHubError(422, 'Invalid request.\n\n"visibility" wasn\'t supplied.');
    const repositories = body.selected_repository_ids ?? known?.repositories ?? [];
    if (visibility !== "selected" && (body.selected_repository_ids ?? []).length > 0)
      throw new GitHubError(422, "selected_repository_ids needs the visibility selected");
    refuseForeign(call, repositories);
    return () => {
      if (known !== undefined) Object.assign(known, { visibility, repositories });
      else values.access.push({ kind, name: name.toUpperCase(), visibility, repositories });
    };
  },
  forget: (call, kind, name) => {
    const values = valuesOf(call);
    values.access = values.access.filter((one) => one !== accessOf(call, kind, name));
  },
};

/** A value is for repositories of the organisation. */
function refuseForeign(call: Call, ids: readonly number[]): void {
  const { organization } = valuesOf(call);
  const foreign = ids.filter((id) => call.repositories.byId(id)?.owner !== organization);
  if (foreign.length > 0)
    throw new GitHubError(422, `Repositories with the ids ${foreign.join(", ")} are not of ${organization}`);
}

/** What is to be done with the repositories of a value. */
function selectionEndpoints(kind: ValueKind, parameter: string): GeneralEndpoint[] {
  const noun = kind === "variables" ? "variable" : "secret";
  const path = `/orgs/:org/actions/${kind}/:${parameter}/repositories`;
  const docs = (what: string) => `actions/${kind}#${what}`;
  const selected = (call: Call) => {
    const name = call.params[parameter] ?? "";
    if (findCiValue(valuesOf(call)[kind], name) === undefined) throw notFound();
    const access = accessOf(call, kind, name);
    if (access?.visibility !== "selected")
      throw new GitHubError(409, `The ${noun} is not for selected repositories`);
    return access;
  };
  return [
    {
      method: "GET",
      path,
      docs: docs(`list-selected-repositories-for-an-organization-${noun}`),
      access: "signed-in",
      run: (call) => {
        const found = selected(call).repositories.flatMap((id) => call.repositories.byId(id) ?? []);
        const page = paginate(call, found);
        const repositories = page.items.map((repository) => minimalRepository(repository, call));
        return ok({ total_count: found.length, repositories }, page.headers);
      },
    },
    {
      method: "PUT",
      path,
      docs: docs(`set-selected-repositories-for-an-organization-${noun}`),
      access: "signed-in",
      run: async (call): Promise<Answer> => {
        const access = selected(call);
        const { selected_repository_ids: ids } = readBody(selection, call.body);
        refuseForeign(call, ids);
        access.repositories = ids;
        await call.store.save();
        return noContent;
      },
    },
  ];
}

/** What workflows of an organisation's repositories are given by it. */
export const organizationValueEndpoints: readonly GeneralEndpoint[] = [
  ...valueEndpoints(holders).map(({ below, ...operation }) => ({
    ...operation,
    path: `/orgs/:org/actions${below}`,
    access: "signed-in" as const,
  })),
  ...selectionEndpoints("variables", "name"),
  ...selectionEndpoints("secrets", "secret_name"),
];
