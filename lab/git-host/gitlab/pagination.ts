import { z } from "zod";
import type { Call } from "./endpoint.ts";
import { GitLabError, badParameters } from "./gitlab-error.ts";
import { integer, readParameters } from "./parameters.ts";

/** One page of a list, and how to get to the others. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly headers: Readonly<Record<string, string>>;
}

const pageParameters = z.object({
  page: integer.optional(),
  per_page: integer.optional(),
  pagination: z.string().optional(),
  order_by: z.string().optional(),
  sort: z.string().optional(),
  id_after: integer.optional(),
  id_before: integer.optional(),
});

/** Largest offset for projects: https://docs.gitlab.com/administration/instance_limits/#max-offset-allowed-by-the-rest-api-for-offset-based-pagination */
const largestOffset = 50_000;

/** The page of a list that the request asks for: https://docs.gitlab.com/api/rest/#offset-based-pagination */
export function paginate<T>(call: Call, all: readonly T[]): Page<T> {
  const { pagination, ...parameters } = readParameters(pageParameters, call);
  if (pagination === "keyset") throw notByKeyset();
  const { page, perPage } = pageOf(parameters);
  if ((page - 1) * perPage > largestOffset) {
    const error = `Offset pagination has a maximum allowed offset of ${largestOffset} for requests that return objects of this type. Remaining records can be retrieved using keyset pagination.`;
    throw new GitLabError(405, { error });
  }
  const pages = Math.max(1, Math.ceil(all.length / perPage));
  const number = (target: number): string => (target >= 1 && target <= pages ? String(target) : "");
  const links = [
    ...(page > 1 && page <= pages + 1 ? [link(call, { page: page - 1, per_page: perPage }, "prev")] : []),
    ...(page < pages ? [link(call, { page: page + 1, per_page: perPage }, "next")] : []),
    link(call, { page: 1, per_page: perPage }, "first"),
    link(call, { page: pages, per_page: perPage }, "last"),
  ];
  return {
    items: all.slice((page - 1) * perPage, page * perPage),
    headers: {
      link: links.join(", "),
      "x-next-page": page < pages ? number(page + 1) : "",
      "x-page": String(page),
      "x-per-page": String(perPage),
      "x-prev-page": page > 1 ? number(page - 1) : "",
      "x-total": String(all.length),
      "x-total-pages": String(pages),
    },
  };
}

/**
 * As `paginate`, and by keyset where that is asked for, in the order of ids:
 * https://docs.gitlab.com/api/rest/#keyset-based-pagination
 */
export function paginateById<T>(call: Call, all: readonly T[], id: (item: T) => number): Page<T> {
  const {
    pagination,
    order_by: orderBy,
    sort,
    id_after,
    id_before,
    ...rest
  } = readParameters(pageParameters, call);
  if (pagination !== "keyset") return paginate(call, all);
  if (orderBy !== "id") throw notByKeyset();
  const down = sort !== "asc";
  const { perPage } = pageOf(rest);
  const sorted = [...all]
    .filter(
      (item) =>
        (id_after === undefined || id(item) > id_after) && (id_before === undefined || id(item) < id_before),
    )
    .sort((a, b) => (down ? id(b) - id(a) : id(a) - id(b)));
  const items = sorted.slice(0, perPage);
  const last = items.at(-1);
  const more = sorted.length > perPage && last !== undefined;
  const next = more && link(call, { [down ? "id_before" : "id_after"]: id(last) }, "next");
  return { items, headers: next === false ? {} : { link: next } };
}

function pageOf(parameters: { page?: number | undefined; per_page?: number | undefined }): {
  page: number;
  perPage: number;
} {
  const { page = 1, per_page: perPage = 20 } = parameters;
  if (perPage === 0) throw badParameters("per_page has a value not allowed");
  return { page: Math.max(1, page), perPage: Math.min(Math.max(1, perPage), 100) };
}

function link(call: Call, parameters: Readonly<Record<string, number>>, relation: string): string {
  const query = new URLSearchParams(call.query);
  query.delete("private_token");
  for (const [key, value] of Object.entries(parameters)) query.set(key, String(value));
  return `<${call.urls.api(call.path)}?${query.toString()}>; rel="${relation}"`;
}

function notByKeyset(): GitLabError {
  return new GitLabError(405, { error: "Keyset pagination is not yet available for this type of request" });
}
