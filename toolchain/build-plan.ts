import { expectedSeconds, type Build } from "./builds.ts";
import { duration } from "./progress.ts";

/**
 * What is still to be built and how long it will take. The figures of builds.ts are from one machine, so every
 * finished build corrects what is said of those that follow.
 */
export class BuildPlan {
  readonly builds: readonly Build[];
  readonly #cores: number;
  #done = 0;
  #expected = 0;
  #actual = 0;

  constructor(builds: readonly Build[], cores: number) {
    this.builds = builds;
    this.#cores = cores;
  }

  /** Seconds for everything, before anything is known of this machine. */
  get total(): number {
    return this.#sum(this.builds);
  }

  /** Records a build that was made here in so many seconds. */
  made(build: Build, seconds: number): void {
    this.#expected += expectedSeconds(build, this.#cores);
    this.#actual += seconds;
    this.#done += 1;
  }

  /** Records a build that another process made. */
  skipped(): void {
    this.#done += 1;
  }

  /** A line about the build that runs. `elapsed` is in seconds. */
  status(build: Build, elapsed: number): string {
    const expected = expectedSeconds(build, this.#cores) * this.#pace;
    const rest = this.#sum(this.builds.slice(this.#done + 1)) * this.#pace;
    const place = `building ${build.id} (${this.#done + 1} of ${this.builds.length}), ${duration(elapsed)}`;
    const others = rest > 0 ? `, then about ${duration(rest)} for the others` : "";
    // Past its estimate a build has no honest remaining time.
    if (elapsed > expected) return `${place}: takes longer than the ${duration(expected)} expected${others}`;
    return `${place}: about ${duration(expected - elapsed)} to go${others}`;
  }

  /** How much slower (or faster) this machine is than the figures say, within reason. */
  get #pace(): number {
    return this.#expected === 0 ? 1 : Math.min(5, Math.max(0.05, this.#actual / this.#expected));
  }

  #sum(builds: readonly Build[]): number {
    return builds.reduce((seconds, build) => seconds + expectedSeconds(build, this.#cores), 0);
  }
}
