import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/lab/longest-first.ts";

/** Modules are loaded by Node itself, as Pulumi loads them: it keeps the text of functions in the state. */
const experimental = { viteModuleRunner: false };

/** A busy machine is no failure: what takes longer than this hangs. */
const patience = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 20_000 } },
};

/** `unit` and `components` take seconds and need no tools; `lab` starts the real parts. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], experimental, ...patience, maxWorkers: 2 },
      },
      {
        test: {
          name: "components",
          include: ["test/components/**/*.test.ts"],
          experimental,
          ...patience,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          experimental,
          ...patience,
          testTimeout: 480_000,
          hookTimeout: 600_000,
          // Each file has labs of its own, and waits for them half of its time: two files side by side on two cores.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
