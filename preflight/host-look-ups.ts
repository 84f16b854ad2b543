/** Look-ups on the Git host before the graph is built: what happens when it is away, or does not accept the token. */
import * as pulumi from "@pulumi/pulumi";
import { messageOf } from "../components/error-message.ts";
import { HostAwayError, passing, TokenRefusedError } from "../components/git/host-request.ts";
import { patiently, patienceSeconds } from "../components/patience.ts";
import type { Git } from "../config/schema.ts";
import type { Finding } from "./finding.ts";
import { hostPatience } from "./host-patience.ts";
import type { Asked } from "./needs.ts";
import { refusedToken } from "./token-findings.ts";

/** The look-ups of one run. They go on at once and find the same trouble, which is said once. */
export class HostLookUps {
  /** What was wrong with the token. */
  readonly findings: Finding[] = [];
  readonly #kind: Git["kind"];
  readonly #asked: Asked;
  readonly #preview: boolean;
  #said: boolean;

  constructor(kind: Git["kind"], asked: Asked, preview: boolean) {
    this.#kind = kind;
    this.#asked = asked;
    this.#preview = preview;
    // A preview goes on without an answer soon, and says so then.
    this.#said = preview;
  }

  /**
   * Asks. A host that does not answer is asked again for some seconds; in a preview, which has to work without one, its
   * silence is a warning then.
   *
   * @param what is not known without an answer, as the beginning of a sentence
   * @returns nothing when there is no answer
   * @throws {pulumi.RunError} when an update finds that the host is away
   */
  async ask<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    const patience = hostPatience();
    try {
      return await patiently(
        work,
        patience,
        (error) => passing(error, patience.longestWaitMs),
        (error) => this.#pause(error),
      );
    } catch (error) {
      if (error instanceof TokenRefusedError) {
        this.findings.push(refusedToken(this.#kind, this.#asked, error.message.replace(/ to GET .*$/, "")));
        return undefined;
      }
      if (error instanceof HostAwayError && !this.#preview) {
        throw new pulumi.RunError(away(error, patience.attempts));
      }
      await pulumi.log.warn(`${what} is not known: ${messageOf(error)}`);
      return undefined;
    }
  }

  #pause(error: unknown): void {
    if (this.#said) return;
    this.#said = true;
    void pulumi.log.warn(`${messageOf(error)}: trying again for ${patienceSeconds(hostPatience())} s …`);
  }
}

function away(error: HostAwayError, attempts: number): string {
  if (error.waitMs !== undefined)
    return `The Git host limits the requests of this token: ${error.message}. Nothing was touched. Run \`pulumi up\` again then.`;
  return (
    `The Git host is away: ${error.message}, in ${attempts} attempts. Nothing was touched. ` +
    "Check `slipway:git.baseUrl` and the way to it, then run `pulumi up` again."
  );
}
