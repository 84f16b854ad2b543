/**
 * A tool could not be had. The message says what was wanted, what happened and what to do, in
 * lines that a terminal can show as they are.
 */
export class ToolchainError extends Error {
  override readonly name = "ToolchainError";
}

/** The message of anything thrown, with the message of its cause where there is one. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}

/** The `code` of a Node system error (`ENOENT`, `ECONNREFUSED`), also one level down in its cause. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return codeOf(error.cause);
}

/** A text without the `user:password@` of URLs in it. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/(\w+:\/\/)[^\s/@]+@/g, "$1***@");
}
