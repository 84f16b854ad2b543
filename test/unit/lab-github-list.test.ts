import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listAll } from "../../lab/github-list.ts";

const seen: { url: string; authorization: string | undefined }[] = [];
const server = createServer((request, response) => {
  const url = new URL(request.url ?? "", "http://localhost");
  seen.push({ url: request.url ?? "", authorization: request.headers.authorization });
  if (url.pathname === "/api/v3/refused") {
    response.writeHead(403).end("{}");
    return;
  }
  const count = url.pathname === "/api/v3/whole" ? 200 : 205;
  const [page, size] = [Number(url.searchParams.get("page")), Number(url.searchParams.get("per_page"))];
  const items = Array.from({ length: count }, (_, index) => index).slice((page - 1) * size, page * size);
  response.end(JSON.stringify(url.pathname === "/api/v3/member" ? { total_count: count, items } : items));
});
let access: { baseUrl: string; token: string };

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  access = { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token: "secret" };
});
afterAll(() => server.close());

test.each([
  ["/list", undefined, 205],
  ["/member", "items", 205],
  ["/whole", undefined, 200],
])("every page of %s is read", async (path, member, count) => {
  const items = await listAll<number>(access, path, member);
  expect(items).toEqual(Array.from({ length: count }, (_, index) => index));
  expect(seen.at(-1)).toEqual({ url: `/api/v3${path}?per_page=100&page=3`, authorization: "Bearer secret" });
});

test("a refusal is an error with the path and the status, and without the token", async () => {
  await expect(listAll(access, "/refused")).rejects.toThrow(/^\/refused: the Git host answers 403$/);
});
