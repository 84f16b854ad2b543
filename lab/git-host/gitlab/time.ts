/** The time now as GitLab writes it: ISO 8601 in UTC, with milliseconds. */
export function now(): string {
  return new Date().toISOString();
}

/** A time as GitLab writes it. */
export function shownTime(time: string): string;
export function shownTime(time: string | null): string | null;
export function shownTime(time: string | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** The day, in UTC, some days from now. */
export function day(inDays = 0): string {
  return new Date(Date.now() + inDays * 86_400_000).toISOString().slice(0, 10);
}
