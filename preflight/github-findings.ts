/** What GitHub's plan, settings and token forbid of what a stack needs. Pure: facts in, findings out. */
import type { GitHubFacts, GitHubOwner } from "../components/git/github/facts.ts";
import type { Finding } from "./finding.ts";
import type { Asked, NeededRepository, Needs } from "./needs.ts";
import { endingToken, pageOf, renewal } from "./token-findings.ts";

const ownerKey = "slipway:git.owner";
const repositoryKey = (name: string) => `slipway:repositories.${name}`;

/** Everything that is known to fail, or to fail later. */
export function gitHubFindings(needs: Needs, facts: GitHubFacts, asked: Asked): Finding[] {
  return [
    ...endingToken("github", asked, facts.tokenEnds),
    ...scopes(needs, facts.scopes, asked),
    ...account(needs, facts.owner, asked),
    ...deployKeys(needs, facts.owner, asked),
    ...visibility(needs, facts.owner, asked),
    ...protection(needs, facts.owner, asked),
    ...membership(needs, facts, asked),
    ...actions(needs, facts, asked),
  ];
}

/** Scopes that include others: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps */
const includes: Readonly<Record<string, readonly string[]>> = {
  public_repo: ["repo"],
  "admin:repo_hook": ["repo"],
};

/** Only classic tokens have scopes. */
function scopes(needs: Needs, given: readonly string[] | undefined, asked: Asked): Finding[] {
  if (given === undefined) return [];
  const { repositories, ownerValues, webhooks } = needs;
  const has = (scope: string) => [scope, ...(includes[scope] ?? [])].some((one) => given.includes(one));
  const open = repositories.every((repository) => repository.visibility === "public");
  const deleted = repositories.filter(({ onDestroy }) => onDestroy === "delete").map(({ name }) => name);
  const wanted = [
    {
      scope: open ? "public_repo" : "repo",
      why: "to make and change repositories, keys and CI values",
      needed: repositories.length > 0,
    },
    {
      scope: "admin:repo_hook",
      why: "for the webhooks that `flux.receiver` asks for",
      // Where repositories are private, the scope for these is good for that, too.
      needed: webhooks && open,
    },
    {
      scope: "workflow",
      why: "to push a first commit with .github/workflows in it",
      needed: repositories.some(({ made }) => made),
    },
    {
      scope: "admin:org",
      why: `for the values of the organisation (${ownerValues.join(", ")})`,
      needed: ownerValues.length > 0,
    },
  ];
  const lacking = wanted.filter(({ scope, needed }) => needed && !has(scope));
  return [
    ...lacking.map(({ scope, why }): Finding => {
      const message = `lacks the scope "${scope}", which it needs ${why}. ${renewal("github", asked)}`;
      return { key: asked.tokenName, message, stops: "updates" };
    }),
    ...(deleted.length > 0 && !has("delete_repo") ? [deletion(deleted, asked)] : []),
  ];
}

/** A `destroy` does not run the program, so that this is the last time to say so. */
function deletion(names: readonly string[], asked: Asked): Finding {
  const message =
    `lacks the scope "delete_repo", without which \`pulumi destroy\` cannot delete ${names.join(", ")} as ` +
    `\`onDestroy: delete\` says. ${renewal("github", asked)}`;
  return { key: asked.tokenName, message, stops: "nothing" };
}

function account(needs: Needs, owner: GitHubOwner | undefined, { owner: name, baseUrl }: Asked): Finding[] {
  if (owner?.kind === "nobody") {
    const message =
      `got "${name}", and ${new URL(baseUrl).host} shows this token no organisation and no user of that name: ` +
      "mend the name, or make the organisation first";
    return [{ key: ownerKey, message, stops: "runs" }];
  }
  if (owner?.kind !== "user") return [];
  const stranger =
    owner.asker !== undefined && owner.asker.toLowerCase() !== name.toLowerCase() ? owner.asker : undefined;
  return [
    ...(stranger === undefined
      ? []
      : [
          {
            key: ownerKey,
            message:
              `got "${name}", the personal account of somebody else than the token's user "${stranger}": nobody makes ` +
              "repositories there but its user. Name an organisation, or use a token of that user",
            stops: "updates" as const,
          },
        ]),
    ...needs.ownerValues.map((key) => ({
      key,
      message: `is for organisations, and "${name}" is a personal account: remove it, or move to an organisation`,
      stops: "runs" as const,
    })),
  ];
}

/** https://docs.github.com/en/organizations/managing-organization-settings/restricting-deploy-keys-in-your-organization */
function deployKeys(
  needs: Needs,
  owner: GitHubOwner | undefined,
  { owner: name, baseUrl }: Asked,
): Finding[] {
  if (!needs.deployKeys || owner?.kind !== "organisation" || owner.deployKeys !== false) return [];
  const page = pageOf(baseUrl, `organizations/${name}/settings/member_privileges`);
  const message =
    `the organisation "${name}" forbids deploy keys, by which Flux and CI reach the repositories: let an owner of it ` +
    `enable "Deploy keys" at ${page}`;
  return [{ key: ownerKey, message, stops: "runs" }];
}

/**
 * Internal repositories belong to enterprises, and personal accounts have none.
 * https://docs.github.com/en/repositories/creating-and-managing-repositories/about-repositories#about-internal-repositories
 */
function visibility(needs: Needs, owner: GitHubOwner | undefined, { owner: name }: Asked): Finding[] {
  const plan = owner?.kind === "organisation" ? owner.plan : undefined;
  const why =
    owner?.kind === "user"
      ? `"${name}" is a personal account, which has none`
      : plan !== undefined && belowEnterprise.includes(plan)
        ? `the organisation "${name}" has the plan "${plan}", and only enterprises have them`
        : undefined;
  if (why === undefined) return [];
  return needs.repositories
    .filter((repository) => repository.visibility === "internal")
    .map((repository) => ({
      key: `${repositoryKey(repository.name)}.visibility`,
      message: `is internal, and ${why}: write private`,
      stops: "runs",
    }));
}

const belowEnterprise = ["free", "pro", "team"];

/** https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets */
function protection(needs: Needs, owner: GitHubOwner | undefined, { owner: name }: Asked): Finding[] {
  if (owner === undefined || owner.kind === "nobody" || owner.plan !== "free") return [];
  return needs.repositories.flatMap((repository): Finding[] => {
    if (repository.protection === undefined || repository.visibility === "public") return [];
    const message =
      `is for a ${repository.visibility} repository, and "${name}" has the plan "free", on which GitHub protects public ` +
      "ones only: remove it, make the repository public, or take a paid plan";
    return [{ key: repository.protection, message, stops: "runs" }];
  });
}

/** https://docs.github.com/en/organizations/managing-organization-settings/restricting-repository-creation-in-your-organization */
function membership(needs: Needs, facts: GitHubFacts, { owner: name, baseUrl, tokenName }: Asked): Finding[] {
  const { owner, membership: role } = facts;
  const made = needs.repositories.filter((repository) => repository.made);
  if (owner?.kind !== "organisation" || made.length === 0 || role === undefined) return [];
  if (role === "pending" || role === "none") {
    const state = role === "none" ? "is no member" : "has not accepted the invitation";
    const page = pageOf(baseUrl, `orgs/${name}/people`);
    const message =
      `its user ${state} of the organisation "${name}", whose members alone make repositories: an owner of it invites ` +
      `at ${page}, and the user accepts`;
    return [{ key: tokenName, message, stops: "updates" }];
  }
  if (role === "admin") return [];
  return made
    .filter((repository) => owner.membersMake[repository.visibility] === false)
    .map((repository) => ({
      key: `${repositoryKey(repository.name)}.visibility`,
      message: notForMembers(repository, name, baseUrl),
      stops: "updates",
    }));
}

function notForMembers({ visibility: seen }: NeededRepository, name: string, baseUrl: string): string {
  const page = pageOf(baseUrl, `organizations/${name}/settings/member_privileges`);
  return (
    `is ${seen}, and the organisation "${name}" lets its owners alone make ${seen} repositories, of whom the token's user ` +
    `is none: let an owner allow it at ${page}, or use the token of one`
  );
}

/** https://docs.github.com/en/organizations/managing-organization-settings/disabling-or-limiting-github-actions-for-your-organization */
function actions(
  needs: Needs,
  { actions: enabled }: GitHubFacts,
  { owner: name, baseUrl }: Asked,
): Finding[] {
  const apps = needs.repositories.filter(({ made, pipeline }) => made && pipeline);
  if (enabled === undefined || enabled === "all" || apps.length === 0) return [];
  const page = pageOf(baseUrl, `organizations/${name}/settings/actions`);
  const where = enabled === "none" ? "is off" : "is on for chosen repositories only";
  const message =
    `GitHub Actions ${where} in the organisation "${name}", so that the pipelines of ${apps.map((app) => app.name).join(", ")} ` +
    `do not run: enable it at ${page}`;
  return [{ key: ownerKey, message, stops: "nothing" }];
}
