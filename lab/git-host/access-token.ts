import { randomBytes, timingSafeEqual, createHash } from "node:crypto";

/** What the credentials of a request are worth. */
export type Identity = "administrator" | "anonymous" | "refused";

/** A new token in the form of GitHub's personal ones: `ghp_` and 36 letters and digits. */
export function newToken(): string {
  return `ghp_${randomLetters(36)}`;
}

/** So many random letters and digits. */
export function randomLetters(count: number): string {
  let letters = "";
  while (letters.length < count)
    letters += randomBytes(48)
      .toString("base64")
      .replaceAll(/[^A-Za-z0-9]/g, "");
  return letters.slice(0, count);
}

/** The one token of the host, whose holder may do everything. */
export class AccessToken {
  readonly #digest: Buffer;
  /** What it is good for, as the API says it; undefined for a fine-grained one, which has permissions instead. */
  scopes: readonly string[] | undefined = [
    "admin:org",
    "admin:public_key",
    "admin:repo_hook",
    "delete_repo",
    "repo",
    "workflow",
  ];
  /** When it ends; never, unless a test says so. */
  endsAt: Date | undefined;

  constructor(token: string) {
    this.#digest = digest(token);
  }

  /** Whether this is the token; takes as long for a near miss as for a far one. */
  matches(candidate: string): boolean {
    const ended = this.endsAt !== undefined && this.endsAt.getTime() <= Date.now();
    return timingSafeEqual(digest(candidate), this.#digest) && !ended;
  }

  /**
   * Judges an `Authorization` header: `token T`, `Bearer T`, or `Basic` with any user name and T as password
   * (or, as GitHub also takes it, T as user name and `x-oauth-basic` or nothing as password).
   */
  identify(header: string | undefined): Identity {
    if (header === undefined || header === "") return "anonymous";
    const [, scheme = "", credentials = ""] = /^(\S+)\s+(.+)$/.exec(header.trim()) ?? [];
    switch (scheme.toLowerCase()) {
      case "token":
      case "bearer":
        return this.matches(credentials) ? "administrator" : "refused";
      case "basic": {
        const [, user = "", password = ""] =
          /^([^:]*):?(.*)$/s.exec(Buffer.from(credentials, "base64").toString("utf8")) ?? [];
        const candidate = password === "" || password === "x-oauth-basic" ? user : password;
        return this.matches(candidate) ? "administrator" : "refused";
      }
      default:
        return "refused";
    }
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
