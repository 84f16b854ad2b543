/** The secrets of a stack that stands, in every form that somebody could read, and where they turn up. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** How Pulumi marks a secret in an exported state: https://www.pulumi.com/docs/iac/concepts/secrets/ */
const mark = "4dabf18193072939515e22adb298388d";

/** A secret, or a form of it, and what it is. */
export interface Secret {
  readonly what: string;
  readonly text: string;
}

/** Values that are marked as secret because all of their object is, and that everybody may know. */
const everybodys = /\.(identity\.pub|known_hosts)$/;

/** The secrets of a state that was exported with `--show-secrets`; each once. */
export function secretsOf(state: string): Secret[] {
  const { deployment } = JSON.parse(state) as { deployment: { resources: { urn: string }[] } };
  const found = new Map<string, string>();
  const visit = (value: unknown, path: string, secret: boolean): void => {
    if (typeof value === "string") {
      if (secret && value !== "" && !everybodys.test(path)) found.set(value, path);
    } else if (typeof value === "object" && value !== null) {
      const { [mark]: marked, plaintext } = value as Record<string, string | undefined>;
      if (marked !== undefined) visit(JSON.parse(plaintext ?? '""'), path, true);
      else for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`, secret);
    }
  };
  for (const { urn, ...resource } of deployment.resources) {
    visit(resource, urn.split("::").at(-1) ?? "", false);
  }
  return [...found].map(([text, what]) => ({ what, text }));
}

/**
 * A secret as it is, as JSON has it, in base64 (also as a login), and each line of it, since a log breaks lines: what is
 * short, or is in every key, tells nothing.
 */
export function formsOf({ what, text }: Secret): Secret[] {
  const lines = text
    .split("\n")
    .filter((line) => line.length > 40 && !line.startsWith("b3BlbnNzaC1rZXktdjE"));
  const forms = [
    text,
    JSON.stringify(text).slice(1, -1),
    ...lines,
    ...["", "x-access-token:", "git:"].map((user) => base64Of(user + text)),
  ];
  return [...new Set(forms)].map((form) => ({ what, text: form }));
}

/** Without its end, which depends on what follows. */
const base64Of = (text: string) => Buffer.from(text).toString("base64").replace(/.?=+$/, "");

/** Which of the secrets a text has in it; their names, since a failing test prints what it found. */
export function foundIn(text: string, secrets: readonly Secret[]): string[] {
  return [...new Set(secrets.filter((secret) => text.includes(secret.text)).map(({ what }) => what))];
}

/** A line that has secrets in it, with their names instead, and of the rest no more than tells which line it is; else nothing. */
export function masked(line: string, secrets: readonly Secret[]): string[] {
  if (foundIn(line, secrets).length === 0) return [];
  const text = secrets.reduce((left, secret) => left.replaceAll(secret.text, `[${secret.what}]`), line);
  return [`${text.slice(0, 300)} … ${text.slice(-100)}`];
}

/** Every file below a folder, with what it holds. */
export async function* filesBelow(folder: string): AsyncGenerator<{ path: string; text: string }> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // One that is gone meanwhile tells nobody anything.
    const text = await readFile(path, "latin1").catch(() => undefined);
    if (text !== undefined) yield { path, text };
  }
}
