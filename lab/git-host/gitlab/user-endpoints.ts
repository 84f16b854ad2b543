import type { MetadataSchema } from "@gitbeaker/rest";
import { z } from "zod";
import { type Answer, type GeneralEndpoint, type SignedInCall, noContent, ok } from "./endpoint.ts";
import { badRequest } from "./gitlab-error.ts";
import { date, readParameters } from "./parameters.ts";
import type { Shown } from "./shown.ts";
import { day } from "./time.ts";
import { showCurrentUser, showToken } from "./user-view.ts";

/** The release of GitLab whose API this is. */
export const serverVersion = "19.1.0";

const revision = "0000000000a";
const anyScope = ["api", "read_api", "read_user", "self_rotate", "read_repository", "write_repository"];
const rotation = z.object({ expires_at: date.optional() });

/** Who asks, with what, and what is asked. */
export const userEndpoints: readonly GeneralEndpoint[] = [
  {
    method: "GET",
    path: "/user",
    scopes: ["api", "read_api", "read_user"],
    run: ({ caller, urls }) => ok(showCurrentUser(caller.user, urls)),
  },
  {
    method: "GET",
    path: "/version",
    scopes: ["api", "read_api", "read_user"],
    run: () => ok({ version: serverVersion, revision }),
  },
  { method: "GET", path: "/metadata", scopes: ["api", "read_api", "read_user"], run: getMetadata },
  {
    method: "GET",
    path: "/personal_access_tokens/self",
    scopes: anyScope,
    run: ({ caller }) => ok(showToken(caller)),
  },
  {
    method: "POST",
    path: "/personal_access_tokens/self/rotate",
    scopes: ["api", "self_rotate"],
    run: async (call) => {
      const { expires_at: expiresAt } = readParameters(rotation, call);
      checkExpiry(expiresAt);
      const { token, value } = await call.tokens.rotate(call.caller.token, expiresAt ?? day(7));
      return ok({ ...showToken({ user: call.caller.user, token }), token: value });
    },
  },
  {
    method: "DELETE",
    path: "/personal_access_tokens/self",
    scopes: anyScope,
    run: async ({ caller, tokens }) => {
      await tokens.revoke(caller.token);
      return noContent;
    },
  },
];

/** @throws GitLabError 400 for a day that is not in the year to come */
export function checkExpiry(expiresAt: string | undefined): void {
  if (expiresAt === undefined) return;
  if (expiresAt <= day()) throw badRequest("Expiration date must be a future date");
  if (expiresAt > day(365)) throw badRequest(`Expiration date must be before ${day(366)}`);
}

/** The server for agents of Kubernetes, which is not there. */
const kas = {
  enabled: false,
  externalUrl: null,
  externalK8sProxyUrl: null,
  version: null,
};

function getMetadata({ urls }: SignedInCall): Answer {
  return ok({
    version: serverVersion,
    revision,
    kas,
    enterprise: true,
    web_url: urls.web(""),
  } satisfies Shown<MetadataSchema, "kas">);
}
