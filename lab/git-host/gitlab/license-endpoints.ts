import type { LicenseSchema } from "@gitbeaker/rest";
import { z } from "zod";
import { type GeneralEndpoint, type SignedInCall, created, noContent, ok } from "./endpoint.ts";
import { forbidden, notFound, refused } from "./gitlab-error.ts";
import { readParameters, text } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import type { GitLabState, License } from "./state.ts";
import { day, now } from "./time.ts";

const addition = z.object({ license: text });

/**
 * The licences of the host, for its administrator: https://docs.gitlab.com/api/license/
 * GitLab's own are signed; here the word `premium` is one, of the plan Premium.
 */
export const licenseEndpoints: readonly GeneralEndpoint[] = [
  {
    method: "GET",
    path: "/licenses",
    run: administrators(({ state }) => ok((state.licenses ?? []).map(showLicense))),
  },
  {
    method: "POST",
    path: "/license",
    run: administrators(async (call) => {
      const { license } = readParameters(addition, call);
      if (license !== "premium")
        throw refused(
          400,
          "The license key is invalid. Make sure it is exactly as you received it from GitLab Inc.",
        );
      return created(showLicense(await addLicense(call)));
    }),
  },
  {
    method: "DELETE",
    path: "/license/:license_id",
    run: administrators(async ({ params, state, store }) => {
      const left = (state.licenses ?? []).filter(({ id }) => String(id) !== params["license_id"]);
      if (left.length === (state.licenses ?? []).length) throw notFound();
      state.licenses = left;
      await store.save();
      return noContent;
    }),
  },
];

/** Whether the host has a licence of the plan Premium. */
export const isPremium = ({ licenses = [] }: GitLabState): boolean => licenses.length > 0;

/** Gives the host a licence of the plan Premium. */
export async function addLicense({ state, store }: Pick<SignedInCall, "state" | "store">): Promise<License> {
  const license = { id: store.newId(), plan: "premium", createdAt: now() } as const;
  state.licenses = [...(state.licenses ?? []), license];
  await store.save();
  return license;
}

function administrators(run: GeneralEndpoint["run"]): GeneralEndpoint["run"] {
  return (call) => {
    const { bot, roles } = call.caller.user;
    if (bot !== undefined || roles !== undefined) throw forbidden();
    return run(call);
  };
}

function showLicense({ id, plan, createdAt }: License) {
  return {
    id,
    plan,
    created_at: createdAt,
    starts_at: createdAt.slice(0, 10),
    expires_at: day(365),
    historical_max: 1,
    maximum_user_count: 1,
    expired: false,
    overage: 0,
    user_limit: 100,
    active_users: 1,
    licensee: { Name: "The lab" },
    add_ons: null,
  } satisfies Shown<LicenseSchema>;
}
