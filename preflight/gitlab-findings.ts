/** What GitLab's plan, settings and token forbid of what a stack needs. Pure: facts in, findings out. */
import type { GitLabFacts } from "../components/git/gitlab/facts.ts";
import type { Finding } from "./finding.ts";
import type { Asked, NeededRepository, Needs } from "./needs.ts";
import { endingToken, pageOf, renewal } from "./token-findings.ts";

const ownerKey = "slipway:git.owner";
const visibilityKey = ({ name }: NeededRepository) => `slipway:repositories.${name}.visibility`;

/** Roles: https://docs.gitlab.com/api/access_requests/#valid-access-levels */
const roles: Readonly<Record<number, string>> = {
  5: "Minimal Access",
  10: "Guest",
  15: "Planner",
  20: "Reporter",
  30: "Developer",
  40: "Maintainer",
  50: "Owner",
  60: "administrator",
};
const [maintainer, owner, administrator] = [40, 50, 60];

/** Everything that is known to fail, or to fail later. */
export function gitLabFindings(needs: Needs, facts: GitLabFacts, asked: Asked): Finding[] {
  return [
    ...endingToken("gitlab", asked, facts.token?.ends),
    ...scopes(facts, asked),
    ...namespace(needs, facts, asked),
    ...state(facts, asked),
    ...visibility(needs, facts, asked),
    ...creation(needs, facts, asked),
    ...deletion(needs, facts, asked),
    ...plan(needs, facts, asked),
    ...runners(needs, facts, asked),
  ];
}

/** https://docs.gitlab.com/user/profile/personal_access_tokens/#personal-access-token-scopes */
function scopes({ token }: GitLabFacts, asked: Asked): Finding[] {
  if (token === undefined || token.scopes.includes("api")) return [];
  const message = `lacks the scope "api" (it has ${token.scopes.join(", ")}). ${renewal("gitlab", asked)}`;
  return [{ key: asked.tokenName, message, stops: "updates" }];
}

function namespace(needs: Needs, facts: GitLabFacts, { owner: path, baseUrl }: Asked): Finding[] {
  if (facts.namespace === undefined) {
    const message =
      `got "${path}", and ${baseUrl} shows this token no group and no user of that path: make the group first, ` +
      "or let the token's user be a member of it";
    return [{ key: ownerKey, message, stops: "runs" }];
  }
  if (facts.namespace.kind === "group") return [];
  return needs.ownerValues.map((key) => ({
    key,
    message: `is for groups, and "${path}" is a user's own namespace: remove it, or move to a group`,
    stops: "runs",
  }));
}

/** A group that nothing can be written to. */
function state({ group }: GitLabFacts, { owner: path }: Asked): Finding[] {
  if (group?.archived !== true && group?.leaving !== true) return [];
  const [what, how] = group.leaving ? ["marked for deletion", "restore"] : ["archived", "unarchive"];
  const message = `the group "${path}" is ${what}, so that nothing can be made in it: ${how} it first, or name another`;
  return [{ key: ownerKey, message, stops: "runs" }];
}

const levels = ["private", "internal", "public"] as const;

/**
 * gitlab.com has no internal projects any more, and a project is seen by no more people than its group.
 * https://docs.gitlab.com/user/public_access/
 */
function visibility(needs: Needs, { group }: GitLabFacts, { owner: path, baseUrl }: Asked): Finding[] {
  const most = group?.visibility;
  return needs.repositories.flatMap((repository): Finding[] => {
    const { visibility: seen } = repository;
    const key = visibilityKey(repository);
    if (seen === "internal" && isGitLabCom(baseUrl)) {
      return [
        {
          key,
          message: "is internal, which gitlab.com does not offer: write private or public",
          stops: "runs",
        },
      ];
    }
    if (most === undefined || levels.indexOf(seen) <= levels.indexOf(most)) return [];
    const message =
      `is ${seen}, and the group "${path}" is ${most}, and so are its projects at most: write ${most}, or let an owner of the ` +
      "group change its visibility";
    return [{ key, message, stops: "runs" }];
  });
}

/** The least role that makes projects, by the group's setting. https://docs.gitlab.com/user/group/#specify-who-can-add-projects-to-a-group */
const creators: Readonly<Record<string, number>> = {
  noone: Number.POSITIVE_INFINITY,
  administrator,
  owner,
  maintainer,
  developer: maintainer,
};

/** Deploy keys and CI variables want a Maintainer, whoever may make projects. */
function creation(
  needs: Needs,
  { group, role }: GitLabFacts,
  { owner: path, baseUrl, tokenName }: Asked,
): Finding[] {
  if (!needs.repositories.some(({ made }) => made)) return [];
  const page = pageOf(baseUrl, `groups/${path}/-/edit`);
  if (group?.creation === "noone") {
    const message = `the group "${path}" lets no one make projects: let an owner of it change "Roles allowed to create projects" at ${page}`;
    return [{ key: ownerKey, message, stops: "runs" }];
  }
  const least = creators[group?.creation ?? "maintainer"] ?? maintainer;
  if (role === undefined || role >= least) return [];
  const is = role === 0 ? "is no member" : `is ${roles[role] ?? `of access level ${role}`}`;
  const message =
    `its user ${is} of the group "${path}", where projects with keys and CI variables are made by ${named(least)}: ` +
    `let an owner of the group give that role at ${pageOf(baseUrl, `groups/${path}/-/group_members`)}`;
  return [{ key: tokenName, message, stops: "updates" }];
}

const named = (role: number) =>
  role >= administrator ? "administrators only" : `${roles[role] ?? String(role)}s or higher`;

/** https://docs.gitlab.com/user/permissions/#project-permissions */
function deletion(needs: Needs, { role }: GitLabFacts, { owner: path, tokenName }: Asked): Finding[] {
  const gone = needs.repositories.filter(({ made, onDestroy }) => made && onDestroy !== "keep");
  if (role === undefined || role < maintainer || role >= owner || gone.length === 0) return [];
  const message =
    `its user is ${roles[role] ?? String(role)} of the group "${path}", and Owners alone archive or delete projects, as ` +
    `\`onDestroy\` of ${gone.map(({ name }) => name).join(", ")} says: make the user Owner before \`pulumi destroy\``;
  return [{ key: tokenName, message, stops: "nothing" }];
}

/**
 * What gitlab.com has from Premium on; a host of one's own has access tokens of projects without a plan, and says nothing of its
 * licence.
 * https://docs.gitlab.com/user/project/settings/project_access_tokens/
 * https://docs.gitlab.com/user/project/merge_requests/approvals/
 */
function plan(needs: Needs, { namespace: found }: GitLabFacts, { owner: path, baseUrl }: Asked): Finding[] {
  if (!isGitLabCom(baseUrl) || found?.plan !== "free" || found.trial === true) return [];
  return needs.repositories.flatMap(({ projectToken, approvals }): Finding[] => {
    const because = `"${path}" has the plan "free", and gitlab.com offers it from Premium on`;
    return [
      ...(projectToken === undefined
        ? []
        : [
            {
              key: projectToken,
              message: `asks for an access token of a project; ${because}: use a deploy key, or take that plan`,
              stops: "runs" as const,
            },
          ]),
      ...approvals.map((key) => ({
        key,
        message: `asks for required approvals; ${because}: remove it, or take that plan`,
        stops: "runs" as const,
      })),
    ];
  });
}

function runners(needs: Needs, { runner }: GitLabFacts, { owner: path, baseUrl }: Asked): Finding[] {
  const apps = needs.repositories.filter(({ made, pipeline }) => made && pipeline);
  if (runner !== false || apps.length === 0) return [];
  const message =
    `no runner of the group "${path}" or of the host is online, so that the pipelines of ` +
    `${apps.map(({ name }) => name).join(", ")} wait: register one at ${pageOf(baseUrl, `groups/${path}/-/runners`)}`;
  return [{ key: ownerKey, message, stops: "nothing" }];
}

function isGitLabCom(baseUrl: string): boolean {
  return new URL(baseUrl).hostname === "gitlab.com";
}
