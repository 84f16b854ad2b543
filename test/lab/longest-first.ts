/** The order of the lab's test files: a fresh clone has no times of them, and the last minutes are not to be one file's alone. */
import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take a minute and more, the longest first. */
const long = [
  "killed",
  "platform",
  "broken-parts",
  "credentials",
  "leaving",
  "platform-gitlab",
  "misbehave",
  "misbehave-matrix",
  "taken-over",
  "drift",
  "clean",
  "lab-life",
  "secrets",
  "upgrade",
  "bench",
];

/** How far in front a file goes; those of other projects come before the lab's. */
function rank({ moduleId, project }: TestSpecification): number {
  if (project.name !== "lab") return -1;
  const place = long.indexOf(basename(moduleId, ".test.ts"));
  return place < 0 ? long.length : place;
}

/** Vitest's own order, and in the lab's suite what takes long before the rest. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => rank(one) - rank(other));
  }
}
