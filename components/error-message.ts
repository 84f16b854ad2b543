/** What an error says, of whatever kind it is. Pure. */

/** Its own message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Its own message, and those of what caused it. */
export function messageWithCauses(error: unknown): string {
  if (!(error instanceof Error) || !(error.cause instanceof Error)) return messageOf(error);
  return `${error.message} (${messageWithCauses(error.cause)})`;
}
