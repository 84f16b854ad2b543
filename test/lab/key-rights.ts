/** Who may do what with Git: tried with Git itself, and as the table of docs/keys.md. */
import { join } from "node:path";
import { attempt, gitEnvironment, run, secretFile, type Env, type TestLab } from "./commands.ts";

/** Somebody who uses Git. */
export interface Identity {
  readonly name: string;
  /** Repositories as this identity reaches them, by name. */
  readonly url: (repository: string) => string;
  readonly git: Env;
}

/** What an identity may do, by repository. */
export type Rights = Readonly<Record<string, "reads and writes" | "reads" | "writes" | "–">>;

/** Whoever holds a private key. */
export async function keyHolder(
  lab: TestLab,
  name: string,
  key: { readonly privateKey: string; readonly url: string; readonly repository: string },
): Promise<Identity> {
  const file = join(lab.scratch, name.replaceAll(/\W/g, "-"));
  const keyFile = await secretFile(`${file}.key`, key.privateKey);
  const knownHosts = await secretFile(`${file}.hosts`, `${lab.env["SLIPWAY_KNOWN_HOSTS"] ?? ""}\n`);
  return {
    name,
    url: (repository) => key.url.replace(`/${key.repository}.git`, `/${repository}.git`),
    git: gitEnvironment(lab.env, { keyFile, knownHosts }),
  };
}

/** Whoever has a token, or nothing, and uses HTTP. */
export function httpUser(lab: TestLab, name: string, base: string, token?: string): Identity {
  return {
    name,
    url: (repository) => `${base}acme/${repository}.git`,
    git: gitEnvironment(lab.env, token === undefined ? {} : { token }),
  };
}

/**
 * Tries to read each repository, and to push a new branch to it.
 *
 * @param administrator removes the branches again
 */
export async function rightsOf(
  lab: TestLab,
  identity: Identity,
  repositories: readonly string[],
  administrator: Identity,
): Promise<Rights> {
  const folder = join(lab.scratch, "rights");
  await run(identity.git, "git", ["init", "--quiet", folder]);
  await run(identity.git, "git", ["-C", folder, "commit", "--quiet", "--allow-empty", "--message", "A try"]);
  const rights: [string, Rights[string]][] = [];
  for (const repository of repositories) {
    const branch = `refs/heads/try-${Date.now()}`;
    const reads = await attempt(identity.git, "git", ["ls-remote", identity.url(repository)]);
    const push = ["-C", folder, "push", "--quiet", identity.url(repository), `HEAD:${branch}`];
    const writes = await attempt(identity.git, "git", push);
    if (writes.code === 0) {
      const remove = ["-C", folder, "push", "--quiet", administrator.url(repository), `:${branch}`];
      await run(administrator.git, "git", remove);
    }
    const both = [reads.code === 0 ? "reads" : "", writes.code === 0 ? "writes" : ""].filter(Boolean);
    rights.push([repository, both.length === 0 ? "–" : (both.join(" and ") as Rights[string])]);
  }
  return Object.fromEntries(rights);
}

/** One host's table. */
export function rightsTable(
  repositories: readonly string[],
  rows: readonly (readonly [identity: string, rights: Rights])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    line(["", ...repositories.map((name) => `\`${name}\``)]),
    line(["", ...repositories].map(() => "---")),
    ...rows.map(([identity, rights]) => line([identity, ...repositories.map((name) => rights[name] ?? "")])),
  ].join("\n");
}
