/** Variables and secrets of GitHub Actions, of a repository. */
import type { RepositoryCall, RepositoryEndpoint } from "./endpoint.ts";
import { valueEndpoints } from "./value-endpoints.ts";

/** What workflows of a repository are given. */
export const actionsEndpoints: readonly RepositoryEndpoint[] = valueEndpoints<RepositoryCall>({
  article: "a",
  noun: "repository",
  holder: ({ repository }) => repository,
}).map(({ below, ...operation }) => ({
  ...operation,
  below: `/actions${below}`,
  access: "administrators",
}));
