/** The repositories that other stacks own: where they are, and whether this stack may add its keys to them. */
import { findGitHubReference, findGitLabReference } from "../components/git/find-reference.ts";
import type { FoundReference, Reference } from "../components/git/reference.ts";
import type { Finding } from "./finding.ts";
import type { HostApi } from "./host-limits.ts";
import type { HostLookUps } from "./host-look-ups.ts";
import { isAt } from "./known-repositories.ts";
import type { PreviousOutputs } from "./previous-outputs.ts";

/** What there is on the host of others. */
export interface References {
  readonly findings: readonly Finding[];
  /** Where they are, by name. */
  readonly references: Readonly<Record<string, Reference>>;
}

/**
 * Looks references up on the host. Where a preview finds it away, what the stack's last run has found counts.
 *
 * @param names of the references in the configuration
 * @param own names of the repositories that are in this stack's state
 */
export async function findReferences(
  api: HostApi,
  names: readonly string[],
  own: ReadonlySet<string>,
  previous: PreviousOutputs,
  lookUps: HostLookUps,
): Promise<References> {
  const looked = await Promise.all(
    names.map(async (name) => {
      const answer = await lookUps.ask(`Where the repository ${name} is`, async () => ({
        found: await lookUp(api, name),
      }));
      const last = previous.references?.[name];
      const remembered = last !== undefined && isAt(last.webUrl, api.baseUrl) ? last : undefined;
      const reference = answer === undefined ? remembered : answer.found && placeOf(answer.found);
      return { name, reference, message: messageAbout(api, answer, reference, own.has(name)) };
    }),
  );
  return {
    findings: looked.flatMap(({ name, message }): Finding[] => {
      if (message === undefined) return [];
      const { text, stops } = message;
      return [{ key: `slipway:repositories.${name}.reference`, message: text, stops }];
    }),
    references: Object.fromEntries(
      looked.flatMap(({ name, reference }) => (reference === undefined ? [] : [[name, reference]])),
    ),
  };
}

/** What is wrong with a reference. */
function messageAbout(
  { owner }: HostApi,
  answer: { readonly found: FoundReference | undefined } | undefined,
  reference: Reference | undefined,
  own: boolean,
): { readonly text: string; readonly stops: Finding["stops"] } | undefined {
  if (own) {
    const text =
      "is in this stack's state as its own, and would be removed as its `onDestroy` says: make it two changes. Take it out " +
      "of the configuration with `onDestroy: keep`, `pulumi up`, and refer to it when another stack has it";
    return { text, stops: "runs" };
  }
  if (answer === undefined && reference === undefined) {
    const text =
      "cannot be looked up, and no earlier run has: its address is needed, so run this where the host answers";
    return { text, stops: "runs" };
  }
  if (answer === undefined) return undefined;
  if (answer.found === undefined) {
    const text =
      `is true, and "${owner}" has no repository of that name that this token may see: mend the name, or let the stack that ` +
      "owns it run first";
    return { text, stops: "runs" };
  }
  if (answer.found.archived) {
    return {
      text: "is true, and the repository is archived, so that it takes no keys: unarchive it",
      stops: "runs",
    };
  }
  if (answer.found.administered === false) {
    const text =
      "is true, and the token's user may not add deploy keys to the repository: let its owner make the user an " +
      "administrator (GitLab: Maintainer) of it";
    return { text, stops: "updates" };
  }
  return undefined;
}

/** What is kept: where it is, and nothing that changes. */
function placeOf({ id, name, webUrl, httpUrl, sshUrl }: FoundReference): Reference {
  return { id, name, webUrl, httpUrl, sshUrl };
}

function lookUp(api: HostApi, name: string): Promise<FoundReference | undefined> {
  switch (api.kind) {
    case "github":
      return findGitHubReference(api, name);
    case "gitlab":
      return findGitLabReference(api, name);
  }
}
