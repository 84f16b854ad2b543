/** The configuration of the stacks' files as the program gets it: the environment's share filled in. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { githubKnownHosts } from "../../components/git/github/hosts.ts";

/** A configuration before it is checked. */
export type Loose = Record<string, unknown>;

/** The sections of `Pulumi.<stack>.yaml` without `ciSecrets` and commit statuses, with what the environment adds. */
export function stackFile(stack: string): Loose {
  const text = readFileSync(new URL(`../../Pulumi.${stack}.yaml`, import.meta.url), "utf8");
  const { config } = parse(text) as { config: Record<string, Loose> };
  const raw = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("slipway:", ""), value]),
  );
  delete raw["ciSecrets"];
  // They need a token and a controller, and so are asked for by the tests that are about them.
  for (const environment of Object.values(raw["environments"] ?? {}) as Loose[])
    delete environment["commitStatus"];
  const added = { owner: "acme", baseUrl: "https://api.github.com/", knownHosts: githubKnownHosts };
  return { ...raw, git: { ...added, ...raw["git"] } };
}

/** A copy of a configuration with one value set, or removed, at a path of keys. */
export function changed(raw: Loose, path: readonly string[], value: unknown): Loose {
  const copy = structuredClone(raw);
  const holder = path.slice(0, -1).reduce<Loose>((at, key) => (at[key] ??= {}) as Loose, copy);
  const last = path.at(-1) ?? "";
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a test's own copy
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}
