/** What connects a Git host and Flux, where a stack's file does not say it. */
import { reportingEnvironments } from "./event-references.ts";
import { filled, statusTokenVariable, type Variables } from "./git-environment.ts";
import { isObject, type Loose } from "./loose.ts";
import type { Problem } from "./problems.ts";

const tokenKey = "slipway:statusToken";

/** The section `flux` with the receiver's address that the environment gives. */
export function withReceiver(flux: unknown, variables: Variables): unknown {
  const url = filled(variables["SLIPWAY_RECEIVER_URL"]);
  if (!isObject(flux) || url === undefined) return flux;
  const { receiver = {} } = flux;
  return isObject(receiver) ? { ...flux, receiver: { url, ...receiver } } : flux;
}

/** The text of the token that sets commit statuses. Secret. */
export function statusTokenOf(git: unknown, configured: Variables, variables: Variables): string | undefined {
  return filled(configured[tokenKey]) ?? filled(variables[statusTokenVariable(git)]);
}

/** What to say where an environment asks for commit statuses and there is no token. */
export function missingStatusToken(stack: Loose, token: string | undefined): Problem[] {
  const [first] = reportingEnvironments(stack);
  if (token !== undefined || first === undefined) return [];
  const { git } = stack;
  const rights = isObject(git) && git["kind"] === "gitlab" ? rightsOnGitLab : rightsOnGitHub;
  return [
    {
      key: tokenKey,
      message: `is missing, and so is ${statusTokenVariable(git)}, and environments.${first[0]}.commitStatus asks for it: set one of them to ${rights}`,
      command: `pulumi config set --secret ${tokenKey}`,
    },
  ];
}

const rightsOnGitHub =
  'a fine-grained token whose only permission is "Commit statuses: read and write", of the repositories that are sources';

const rightsOnGitLab =
  "a project access token with the scope api and a role that may push to the source's branch, or such a token of the group";
