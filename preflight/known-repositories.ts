/** The repositories that are in the state, by what the stack said of itself when it last ran. Pure. */
import type { PreviousOutputs } from "./previous-outputs.ts";

/** Names of those that are on this host: a stack that moves to another one has none there yet. */
export function knownRepositories(
  baseUrl: string,
  { repositories = {} }: PreviousOutputs,
): ReadonlySet<string> {
  const here = Object.entries(repositories).filter(([, url]) => isAt(url, baseUrl));
  return new Set(here.map(([name]) => name));
}

/** Whether an address for people is on a host, whose API may be at a name below it. */
export function isAt(url: unknown, baseUrl: string): boolean {
  if (typeof url !== "string" || !URL.canParse(url)) return false;
  return new URL(url).host === new URL(baseUrl).host.replace(/^api\./, "");
}
