/** As whom an app's CI writes the manifests. */
import { z } from "zod";
import { matching } from "./forms.ts";

/** The day of a time. */
export function dayOf(time: string): string {
  return time.slice(0, "2027-01-31".length);
}

/** The kinds of identity. */
export const identities = ["deployKey", "projectToken", "personalToken"] as const;

/** A day; Pulumi makes a time of one that stands without quotes in a stack's file. */
const day = matching(
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])( 00:00:00 \+0000 UTC)?$/,
  'is not a day: write "2027-01-31"',
).transform(dayOf);

/** What a delivery says of its identity. */
export const identityFields = {
  /**
   * A deploy key of the one repository; on GitLab a token of the project, which pushes by HTTPS; or a personal token of the
   * user's own, from `slipway:ciSecrets.FLUXCD_TOKEN`.
   */
  identity: z.enum(identities).default("deployKey"),
  /** Of a project's token. */
  token: z
    .strictObject({
      /** The day with which it ends, at most 365 days ahead. Left out, each token lives for `credentials.expireAfter`. */
      expiresAt: day.optional(),
      /** Its role in the project. To a protected branch, Maintainers push unless the project says otherwise. */
      accessLevel: z.enum(["developer", "maintainer"]).default("maintainer"),
    })
    .optional(),
};
