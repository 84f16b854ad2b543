import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fillPlaceholders } from "./seed-template.ts";
import { seedValueProblems, type SeedValues } from "./seed-values.ts";

export type { SeedValues } from "./seed-values.ts";

/** What a repository is for. Each role has a folder of its name below `repositories/`. */
export type SeedRole = "app" | "charts" | "fluxcd";

/** The Git hosts whose form the seeds have: CI files, CODEOWNERS and links differ between hosts. */
export type SeedHostKind = "github" | "gitlab";

/** One file of a new repository's first commit. */
export interface SeedFile {
  /** Path in the repository, with `/` on every system. */
  readonly path: string;
  /** The file's bytes. Text has LF endings. */
  readonly content: Buffer;
  /** Whether Git should record it as executable (mode 100755). */
  readonly executable: boolean;
}

const seeds = fileURLToPath(new URL("../../repositories", import.meta.url));

/** What of a role's folder is for one host only. */
const hostFolders: Record<SeedHostKind, string> = { github: ".github", gitlab: ".gitlab" };

/** What builds, editors and operating systems leave in a folder. */
const debris = new Set([".DS_Store", ".idea", ".vscode", "Thumbs.db", "target"]);

/**
 * The files that a new repository is seeded with: the folder of the role, placeholders filled in contents and in paths.
 * The same values give the same bytes on every machine.
 *
 * @param role which repository
 * @param values what the placeholders stand for
 * @param hostKind the Git host that the repository is on; GitHub by default
 * @param folder where the roles' folders are, and below the host's kind such folders again, whose files go before
 * @returns sorted by path
 * @throws an Error that lists every problem at once, with its file: a value that is missing, malformed or used by no
 * seed, a placeholder that does not exist, two files with one path, something that is neither a file nor a folder
 */
export function seedFiles(
  role: SeedRole,
  values: SeedValues,
  hostKind: SeedHostKind = "github",
  folder: string = seeds,
): SeedFile[] {
  const problems = seedValueProblems({ ...values });
  if (problems.length > 0) throw seedError(role, problems);

  const note = (problem: string) => problems.push(problem);
  const files = [...sources(folder, role, hostKind, note)].map(([path, file]) =>
    seedFile(path, readFileSync(file), { ...values }, (problem) => problems.push(`${path}: ${problem}`)),
  );
  const paths = new Set<string>();
  for (const { path } of files) {
    if (paths.has(path))
      problems.push(`${path}: two files have this path once their placeholders are filled.`);
    paths.add(path);
  }
  if (files.length === 0) problems.push(`${join(folder, role)} has no files.`);
  if (problems.length > 0) throw seedError(role, problems);
  return files.sort(byPath);
}

/**
 * A name for exactly these files: SHA-256 in hex over paths, modes and contents. Their order does not matter.
 */
export function seedDigest(files: readonly SeedFile[]): string {
  const hash = createHash("sha256");
  for (const { path, content, executable } of [...files].sort(byPath)) {
    // With the lengths written out, no two lists of files look the same to the hash.
    hash.update(
      `${executable ? "100755" : "100644"} ${Buffer.byteLength(path)} ${content.byteLength}\n${path}\n`,
    );
    hash.update(content);
  }
  return hash.digest("hex");
}

/** Where the files of a seed are, by their path in it: what every host has, with what this host has instead or beside. */
function sources(
  folder: string,
  role: SeedRole,
  hostKind: SeedHostKind,
  problems: (problem: string) => void,
): Map<string, string> {
  const foreign = Object.values(hostFolders).filter((name) => name !== hostFolders[hostKind]);
  const everywhere = join(folder, role);
  const here = join(folder, hostKind, role);
  const common = listFiles(everywhere, problems).filter(
    (path) => !foreign.some((name) => path.startsWith(`${name}/`)),
  );
  const own = existsSync(here) ? listFiles(here, problems) : [];
  return new Map([
    ...common.map((path) => [path, join(everywhere, path)] as const),
    ...own.map((path) => [path, join(here, path)] as const),
  ]);
}

function seedFile(
  path: string,
  bytes: Buffer,
  values: Readonly<Record<string, string>>,
  problems: (problem: string) => void,
): SeedFile {
  const text = textOf(bytes);
  const content =
    text === undefined
      ? bytes
      : Buffer.from(fillPlaceholders(text.replaceAll("\r\n", "\n"), values, problems));
  return {
    path: fillPlaceholders(path, values, problems),
    content,
    // By the file's first characters and not by its mode, which a ZIP archive and Windows do not keep.
    executable: text?.startsWith("#!") ?? false,
  };
}

/** The bytes as text, or undefined if they are something else: not UTF-8, or with a NUL, as Git tells them apart. */
function textOf(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function listFiles(root: string, problems: (problem: string) => void, below = ""): string[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (debris.has(entry.name)) return [];
    if (entry.isDirectory()) return listFiles(root, problems, path);
    if (entry.isFile()) return [path];
    problems(`${path}: is neither a file nor a folder. A seed has no links: put the file itself there.`);
    return [];
  });
}

/** By the characters' codes, so that the order is the same in every locale. */
function byPath(a: SeedFile, b: SeedFile): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

function seedError(role: SeedRole, problems: readonly string[]): Error {
  return new Error(
    `The seed of the ${role} repository cannot be made:\n${problems.map((p) => `- ${p}`).join("\n")}`,
  );
}
