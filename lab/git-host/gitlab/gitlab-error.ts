/** What GitLab answers instead of doing what it was asked: https://docs.gitlab.com/api/rest/troubleshooting/ */
export class GitLabError extends Error {
  readonly status: number;
  /** The whole body of the answer. */
  readonly body: object;

  constructor(status: number, body: object, message = JSON.stringify(body)) {
    super(message);
    this.name = "GitLabError";
    this.status = status;
    this.body = body;
  }
}

/** `{"message": …}`: a sentence, several, or what is wrong with which field. */
export function refused(
  status: number,
  message: string | readonly string[] | Readonly<Record<string, readonly string[]>>,
): GitLabError {
  return new GitLabError(status, { message });
}

/** 400 for a thing that cannot be as it was wanted, by field. */
export function invalid(errors: Readonly<Record<string, readonly string[]>>): GitLabError {
  return refused(400, errors);
}

/** 400 for parameters that no endpoint of this kind takes. */
export function badParameters(error: string): GitLabError {
  return new GitLabError(400, { error });
}

/** 404, also for what the caller may not know of. */
export function notFound(what?: string): GitLabError {
  return refused(404, what === undefined ? "404 Not found" : `404 ${what} Not Found`);
}

/** 400 with a reason. */
export function badRequest(reason: string): GitLabError {
  return refused(400, `400 Bad request - ${reason}`);
}

/** 403 for somebody who may see a thing and not do this with it. */
export function forbidden(reason?: string): GitLabError {
  return refused(403, reason === undefined ? "403 Forbidden" : `403 Forbidden - ${reason}`);
}

/** 401 for nobody, and for whoever shows a token that never was. */
export function unauthorized(): GitLabError {
  return refused(401, "401 Unauthorized");
}

/** 401 for a token that was good once. */
export function tokenEnded(why: "revoked" | "expired"): GitLabError {
  return new GitLabError(401, {
    error: "invalid_token",
    error_description:
      why === "revoked"
        ? "Token was revoked. You have to re-authorize from the user."
        : "Token is expired. You can either do re-authorization or token refresh.",
  });
}

/** 403 for a token that was not made for this. */
export function insufficientScope(scopes: readonly string[]): GitLabError {
  return new GitLabError(403, {
    error: "insufficient_scope",
    error_description: "The request requires higher privileges than provided by the access token.",
    scope: scopes.join(" "),
  });
}
