/** A small stack's needs, and findings as texts. */
import type { Finding } from "../../preflight/finding.ts";
import type { Asked, NeededRepository, Needs } from "../../preflight/needs.ts";

/** A private repository that is to be made and stays. */
export const repository = (more: Partial<NeededRepository> = {}): NeededRepository => ({
  name: "shop",
  visibility: "private",
  onDestroy: "keep",
  made: true,
  pipeline: false,
  approvals: [],
  ...more,
});

export const needs = (more: Partial<Needs> = {}): Needs => ({
  repositories: [repository()],
  deployKeys: true,
  webhooks: false,
  ownerValues: [],
  ...more,
});

/** Who is asked, on the first of January 2026. */
export const asked = (more: Pick<Asked, "baseUrl" | "tokenName">): Asked => ({
  owner: "acme",
  now: Date.UTC(2026, 0, 1),
  ...more,
});

/** Findings with whom they stop. */
export const told = (findings: readonly Finding[]): string[] =>
  findings.map(({ key, message, stops }) => `[${stops}] ${key}: ${message}`);
