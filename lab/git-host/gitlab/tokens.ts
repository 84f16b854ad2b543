import { createHash } from "node:crypto";
import { randomLetters } from "../access-token.ts";
import type { Store } from "../store.ts";
import { tokenEnded, unauthorized } from "./gitlab-error.ts";
import type { GitLabState, Token, User } from "./state.ts";
import { now } from "./time.ts";

/** A new value in the form of GitLab's personal, project and group access tokens. */
export function newAccessToken(): string {
  return `glpat-${randomLetters(20)}`;
}

/** What is kept of a token. */
export function digest(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** What a new token is told. */
export interface NewToken {
  readonly name: string;
  readonly description?: string;
  readonly userId: number;
  readonly scopes: readonly string[];
  /** Day, or null for a token that does not end. */
  readonly expiresAt: string | null;
}

/** Access tokens of users and of projects' bots. */
export class Tokens {
  readonly #store: Store;
  readonly #state: GitLabState;

  constructor(store: Store, state: GitLabState) {
    this.#store = store;
    this.#state = state;
  }

  /** The tokens of one user, the newest first as GitLab lists them. */
  list(userId: number): Token[] {
    return this.#state.tokens.filter((token) => token.userId === userId).reverse();
  }

  /**
   * The token of this value, and whose it is.
   *
   * @throws GitLabError 401 when there is none, or it has ended
   */
  authenticate(value: string): { readonly token: Token; readonly user: User } {
    const wanted = digest(value);
    const token = this.#state.tokens.find((it) => it.digest === wanted);
    const user = this.#state.users.find(({ id }) => id === token?.userId);
    if (token === undefined || user === undefined) throw unauthorized();
    if (token.revoked) throw tokenEnded("revoked");
    if (ended(token)) throw tokenEnded("expired");
    // Kept with the next save, for the note is not worth one of its own.
    token.lastUsedAt = now();
    return { token, user };
  }

  /** Makes a token. Its value is known from now on only to who made it. */
  async create(wanted: NewToken, value = newAccessToken()): Promise<{ token: Token; value: string }> {
    const token: Token = {
      id: this.#store.newId(),
      name: wanted.name,
      description: wanted.description ?? "",
      userId: wanted.userId,
      digest: digest(value),
      scopes: wanted.scopes,
      createdAt: now(),
      expiresAt: wanted.expiresAt,
      revoked: false,
      lastUsedAt: null,
    };
    this.#state.tokens.push(token);
    await this.#store.save();
    return { token, value };
  }

  async revoke(token: Token): Promise<void> {
    token.revoked = true;
    await this.#store.save();
  }

  /** Ends a token and makes one like it. */
  async rotate(token: Token, expiresAt: string): Promise<{ token: Token; value: string }> {
    token.revoked = true;
    return this.create({ ...token, expiresAt });
  }
}

/** Whether a token's time is over: when its day has begun, in UTC, or its moment has come. */
export function ended({ expiresAt }: { readonly expiresAt: string | null }): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now();
}
