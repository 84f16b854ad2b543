import type { Call } from "./endpoint.ts";

/** One page of a list, and how to get to the others. */
export interface Page<T> {
  readonly items: readonly T[];
  /** With the header `link`, unless everything is on this page. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Which part of a list is asked for. */
export interface PageRequest {
  /** Counted from 1. */
  readonly page: number;
  readonly perPage: number;
}

/** Reads `page` and `per_page`; what is no number counts as not given, as on GitHub. */
export function pageRequest(query: URLSearchParams, usual = 30, most = 100): PageRequest {
  const read = (key: string, otherwise: number): number => {
    const value = Number.parseInt(query.get(key) ?? "", 10);
    return Number.isSafeInteger(value) && value >= 1 ? value : otherwise;
  };
  return { page: read("page", 1), perPage: Math.min(read("per_page", usual), most) };
}

/** The page of a list that the request asks for: https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api */
export function paginate<T>(call: Call, all: readonly T[], usual?: number, most?: number): Page<T> {
  const request = pageRequest(call.query, usual, most);
  const { page, perPage } = request;
  const items = all.slice((page - 1) * perPage, page * perPage);
  return { items, headers: linkHeader(call, request, Math.max(1, Math.ceil(all.length / perPage))) };
}

/** The `link` header of a page out of so many. */
export function linkHeader(call: Call, { page }: PageRequest, pages: number): Record<string, string> {
  const link = (target: number, relation: string): string => {
    const query = new URLSearchParams(call.query);
    query.set("page", String(target));
    return `<${call.urls.api(call.path)}?${query.toString()}>; rel="${relation}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, "prev")] : []),
    ...(page < pages ? [link(page + 1, "next"), link(pages, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  return links.length === 0 ? {} : { link: links.join(", ") };
}
