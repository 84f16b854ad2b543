/** Why the host does not do what it was asked; each API has its own words and status for it. */
export type ProblemKind = "taken" | "invalid" | "missing" | "empty";

/** A request that the host refuses. The message is for people, and holds no secret. */
export class Problem extends Error {
  readonly kind: ProblemKind;

  constructor(kind: ProblemKind, message: string) {
    super(message);
    this.name = "Problem";
    this.kind = kind;
  }
}
