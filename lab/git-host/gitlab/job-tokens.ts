import { randomLetters } from "../access-token.ts";

/** A job of CI that runs: its token lives as long. */
export interface RunningJob {
  readonly projectId: number;
  /** Who started it: it may do no more than they. */
  readonly userId: number;
}

/** The tokens of running jobs, which are never kept: https://docs.gitlab.com/ci/jobs/ci_job_token/ */
export class JobTokens {
  readonly #jobs = new Map<string, RunningJob>();

  /** Starts a job, and gives its token. */
  start(job: RunningJob): string {
    const token = `glcbt-${randomLetters(24)}`;
    this.#jobs.set(token, job);
    return token;
  }

  /** Ends a job: its token opens nothing any more. */
  end(token: string): void {
    this.#jobs.delete(token);
  }

  job(token: string): RunningJob | undefined {
    return this.#jobs.get(token);
  }
}
