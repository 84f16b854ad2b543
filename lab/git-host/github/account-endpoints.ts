import { createHash } from "node:crypto";
import { privateUser, publicUser } from "./accounts.ts";
import { type Answer, type Call, type GeneralEndpoint, ok } from "./endpoint.ts";
import { notFound } from "./github-error.ts";
import { rateLimit } from "./rate-limit.ts";

/** The release of GitHub Enterprise Server whose API this is. */
export const serverVersion = "3.19.0";

/** Accounts, and what the host says of itself. */
export const accountEndpoints: readonly GeneralEndpoint[] = [
  {
    method: "GET",
    path: "/user",
    docs: "users/users#get-the-authenticated-user",
    access: "signed-in",
    run: ({ accounts, store, urls }) => ok(privateUser(accounts.administrator, store.state, urls)),
  },
  { method: "GET", path: "/users/:username", docs: "users/users#get-a-user", run: getUser },
  { method: "GET", path: "/meta", docs: "meta/meta#get-apiname-meta-information", run: getMeta },
  {
    method: "GET",
    path: "/rate_limit",
    docs: "rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user",
    run: () => {
      const limit = rateLimit();
      return ok({ resources: { core: limit, search: limit, graphql: limit }, rate: limit });
    },
  },
];

function getUser({ accounts, params, store, urls }: Call): Answer {
  const account = accounts.find(params["username"] ?? "");
  if (account === undefined) throw notFound();
  return ok(publicUser(account, store.state, urls));
}

function getMeta({ hostPublicKey }: Call): Answer {
  const [, blob = ""] = hostPublicKey.split(" ");
  const digest = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/, "");
  return ok({
    verifiable_password_authentication: false,
    installed_version: serverVersion,
    ssh_keys: [hostPublicKey],
    ssh_key_fingerprints: { SHA256_ED25519: digest },
  });
}
