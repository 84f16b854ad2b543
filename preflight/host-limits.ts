/** What the Git host's plan, settings and token forbid, asked of the host. */
import { gitHubFacts } from "../components/git/github/facts.ts";
import { gitLabFacts } from "../components/git/gitlab/facts.ts";
import type { Git } from "../config/schema.ts";
import type { Finding } from "./finding.ts";
import { gitHubFindings } from "./github-findings.ts";
import { gitLabFindings } from "./gitlab-findings.ts";
import type { HostLookUps } from "./host-look-ups.ts";
import { questionsOf, type Asked, type Needs } from "./needs.ts";

/** The host, and the token to ask it with. */
export type HostApi = Git & { readonly token: string | undefined };

/** What the host says. */
export interface HostLimits {
  readonly findings: readonly Finding[];
  /** The number of the account that owns the repositories, where the host's resources want it: on GitLab. */
  readonly ownerId?: number;
}

/** Asks the host, by the few requests that the stack's needs are worth. */
export async function hostLimits(
  api: HostApi,
  needs: Needs,
  asked: Asked,
  lookUps: HostLookUps,
): Promise<HostLimits> {
  const { makes, pipelines } = questionsOf(needs);
  switch (api.kind) {
    case "github": {
      const facts = await lookUps.ask(`What "${api.owner}" allows`, () =>
        gitHubFacts(api, { membership: makes, actions: pipelines }),
      );
      return { findings: facts === undefined ? [] : gitHubFindings(needs, facts, asked) };
    }
    case "gitlab": {
      const facts = await lookUps.ask(`Whose projects they are, and what "${api.owner}" allows`, () =>
        gitLabFacts(api, { group: makes, runners: pipelines }),
      );
      if (facts === undefined) return { findings: lookUps.findings.length > 0 ? [] : [unknownOwner(api)] };
      const { id } = facts.namespace ?? {};
      return { findings: gitLabFindings(needs, facts, asked), ...(id !== undefined && { ownerId: id }) };
    }
  }
}

/** Projects are made in a namespace by its number, and so a preview needs it. */
function unknownOwner({ owner, baseUrl }: HostApi): Finding {
  const message =
    `got "${owner}", whose projects they are cannot be asked of ${baseUrl}, and its number is part of each project: ` +
    "run this where GitLab can be reached, with a token that may read it";
  return { key: "slipway:git.owner", message, stops: "runs" };
}
