/** One entry of a validation error: https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api */
export interface FieldError {
  readonly resource: string;
  readonly field?: string;
  readonly code: "missing_field" | "invalid" | "already_exists" | "custom";
  readonly message?: string;
}

/** What GitHub answers instead of doing what it was asked. */
export class GitHubError extends Error {
  readonly status: number;
  readonly errors: readonly (FieldError | string)[] | undefined;

  constructor(status: number, message: string, errors?: readonly (FieldError | string)[]) {
    super(message);
    this.name = "GitHubError";
    this.status = status;
    this.errors = errors;
  }

  /** The body of the answer. */
  body(documentation: string): object {
    return {
      message: this.message,
      ...(this.errors && { errors: this.errors }),
      documentation_url: documentation,
      status: String(this.status),
    };
  }
}

/** 404, also for what the caller may not know of. */
export function notFound(message = "Not Found"): GitHubError {
  return new GitHubError(404, message);
}

/** 422 with one field's error in GitHub's words. */
export function validationFailed(
  resource: string,
  field: string,
  message: string,
  heading = "Validation Failed",
): GitHubError {
  return new GitHubError(422, heading, [{ resource, field, code: "custom", message }]);
}
