/** A body that is not what the APIs take. */
export class BodyError extends Error {
  /** As fastify's own errors have it. */
  readonly statusCode = 400;
}

/**
 * Reads the body of a request as an API takes it: nothing, or one JSON object.
 *
 * @throws {BodyError} in GitHub's words; it never quotes the body
 */
export function parseJsonBody(text: string): Record<string, unknown> | undefined {
  if (text.trim() === "") return undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new BodyError("Problems parsing JSON");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new BodyError("Body should be a JSON object");
  }
  return body as Record<string, unknown>;
}
