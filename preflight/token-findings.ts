/** What is wrong with the Git host's token, whichever host it is. Pure. */
import type { Git } from "../config/schema.ts";
import type { Finding } from "./finding.ts";
import { hostName, type Asked } from "./needs.ts";

/** From this time before its end on, a token is spoken of, in days. */
const soon = 14;

const day = 86_400_000;

/** Where a person makes a new token, below the host's address. */
const pages: Readonly<Record<Git["kind"], string>> = {
  github: "settings/tokens",
  gitlab: "-/user_settings/personal_access_tokens",
};

/** Where the host's pages for people are: its API may be at a name of its own, or at a path. */
export function pageOf(baseUrl: string, path: string): string {
  const url = new URL(baseUrl);
  const root = url.pathname.replace(/\/?(api\/v[34])?\/?$/, "");
  return `${url.protocol}//${url.host.replace(/^api\./, "")}${root}/${path}`;
}

/** The finding for a token that the host refuses: 401. */
export function refusedToken(kind: Git["kind"], asked: Asked, said: string): Finding {
  return {
    key: asked.tokenName,
    message: `is not accepted (${said}): it is mistyped, expired or revoked. ${renewal(kind, asked)}`,
    stops: "runs",
  };
}

/** The finding for a token that ends soon; none where there is time. */
export function endingToken(kind: Git["kind"], asked: Asked, ends: Date | undefined): Finding[] {
  const days = ends === undefined ? soon + 1 : Math.floor((ends.getTime() - asked.now) / day);
  if (days > soon || ends === undefined) return [];
  const left = days < 1 ? "within a day" : days === 1 ? "in one day" : `in ${days} days`;
  const message = `ends ${left}, on ${ends.toISOString().slice(0, 10)}. ${renewal(kind, asked)}`;
  return [{ key: asked.tokenName, message, stops: "nothing" }];
}

/** What to do about a token. */
export function renewal(kind: Git["kind"], { baseUrl, tokenName }: Asked): string {
  const page = pageOf(baseUrl, pages[kind]);
  const set = tokenName.includes(":")
    ? `set it by "pulumi config set --secret ${tokenName}"`
    : `export it as ${tokenName}`;
  return `Make or renew one, of the same user of ${hostName(kind)}, at ${page}, and ${set}`;
}
