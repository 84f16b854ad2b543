import type { RunnerSchema } from "@gitbeaker/rest";
import { z } from "zod";
import type { Call, GroupEndpoint, ProjectEndpoint } from "./endpoint.ts";
import { ok } from "./endpoint.ts";
import { paginate } from "./pagination.ts";
import { readParameters } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import { type Runner, accessLevels } from "./state.ts";

const method = "GET";
const below = "/runners";
const listing = z.object({ status: z.enum(["online", "offline"]).optional() });

/** The runners of a project: https://docs.gitlab.com/api/runners/ The host has none but those that a test says, as it runs no CI. */
export const runnerEndpoints: readonly ProjectEndpoint[] = [
  { method, below, role: accessLevels.maintainer, run: listRunners },
];

/** The runners that jobs of a group get. */
export const groupRunnerEndpoints: readonly GroupEndpoint[] = [{ method, below, run: listRunners }];

function listRunners(call: Call): ReturnType<typeof ok> {
  const { status } = readParameters(listing, call);
  const found = (call.state.runners ?? []).filter(
    ({ online }) => status === undefined || online === (status === "online"),
  );
  const { items, headers } = paginate(call, found);
  return ok(items.map(showRunner), headers);
}

function showRunner({ id, description, online }: Runner) {
  return {
    id,
    description,
    paused: false,
    active: true,
    ip_address: "127.0.0.1",
    is_shared: true,
    runner_type: "instance_type",
    name: "gitlab-runner",
    online,
    status: online ? "online" : "offline",
  } satisfies Shown<RunnerSchema>;
}
