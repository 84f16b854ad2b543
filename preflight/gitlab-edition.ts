/** Which edition of GitLab the host is, where that decides how a branch is protected. */
import { isGitLabEnterprise } from "../components/git/gitlab/api.ts";
import type { Stack } from "../config/schema.ts";
import type { Finding } from "./finding.ts";
import type { HostApi } from "./host-limits.ts";
import type { HostLookUps } from "./host-look-ups.ts";
import { approvalKeys } from "./needs.ts";

/** What the host says. */
export interface GitLabEdition {
  readonly findings: readonly Finding[];
  /** Whether it is an Enterprise Edition, on whatever plan; unknown where nothing asks. */
  readonly enterprise?: boolean;
}

/** Asks, where a branch is to be protected on GitLab. A Community Edition is no place for what a CI delivers into. */
export async function gitLabEdition(
  api: HostApi,
  repositories: Stack["repositories"],
  lookUps: HostLookUps,
): Promise<GitLabEdition> {
  const guarded = Object.keys(repositories).filter((name) => repositories[name]?.protection);
  if (api.kind !== "gitlab" || guarded.length === 0) return { findings: [] };
  const enterprise = await lookUps.ask("Which edition of GitLab it is", () => isGitLabEnterprise(api));
  if (enterprise === undefined) return { findings: [] };
  return { findings: enterprise ? [] : editionFindings(guarded, repositories, api.baseUrl), enterprise };
}

/**
 * What a Community Edition has not: the push of one key, and approvals that are required.
 * https://registry.terraform.io/providers/gitlabhq/gitlab/latest/docs/resources/branch_protection,
 * https://docs.gitlab.com/user/project/merge_requests/approvals/
 */
export function editionFindings(
  guarded: readonly string[],
  repositories: Stack["repositories"],
  baseUrl: string,
): Finding[] {
  const delivered = new Set(Object.values(repositories).map(({ delivery }) => delivery?.fluxcd));
  const message =
    `${baseUrl} is a Community Edition, where GitLab's provider can let no single key push to a protected branch, and a CI ` +
    "delivers into this repository: leave the key out, or use the Enterprise Edition, which needs no plan for it";
  const approvals =
    `asks for required approvals, and ${baseUrl} is a Community Edition, which counts none: remove it, or use the Enterprise ` +
    "Edition with a licence of Premium";
  const keys = guarded.filter((name) => delivered.has(name));
  return [
    ...keys.map((name): Finding => ({
      key: `slipway:repositories.${name}.protection`,
      message,
      stops: "runs",
    })),
    ...guarded
      .flatMap((name) => approvalKeys(name, repositories[name]?.protection))
      .map((key): Finding => ({ key, message: approvals, stops: "runs" })),
  ];
}
