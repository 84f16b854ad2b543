/** Words and settings for a POSIX shell: sh, bash and zsh read them alike. */

/** A word that a shell takes as it is, whatever characters are in it. */
export const quoted = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

/** A line that sets a variable for the shell and its commands. */
export const exported = (name: string, value: string): string => `export ${name}=${quoted(value)}`;

/** A line that puts folders first on the shell's PATH, once. */
export function firstOnPath(folders: readonly string[]): string {
  const first = quoted(folders.join(":"));
  return `case "$PATH:" in ${first}:*) ;; *) export PATH=${first}":$PATH" ;; esac`;
}
