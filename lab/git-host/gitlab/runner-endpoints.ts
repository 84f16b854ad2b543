import type { Call, GroupEndpoint, ProjectEndpoint } from "./endpoint.ts";
import { ok } from "./endpoint.ts";
import { paginate } from "./pagination.ts";
import { accessLevels } from "./state.ts";

const method = "GET";
const below = "/runners";

/** The runners of a project: https://docs.gitlab.com/api/runners/ The host has none, as it runs no CI. */
export const runnerEndpoints: readonly ProjectEndpoint[] = [
  { method, below, role: accessLevels.maintainer, run: noRunners },
];

/** The runners of a group. */
export const groupRunnerEndpoints: readonly GroupEndpoint[] = [{ method, below, run: noRunners }];

function noRunners(call: Call): ReturnType<typeof ok> {
  const { items, headers } = paginate(call, []);
  return ok(items, headers);
}
