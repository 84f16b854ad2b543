import { defineConfig } from "vitest/config";

/** Modules are loaded by Node itself, as Pulumi loads them: it keeps the text of functions in the state. */
const experimental = { viteModuleRunner: false };

/** `unit` and `components` take seconds and need no tools; `lab` starts the real parts. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], experimental } },
      { test: { name: "components", include: ["test/components/**/*.test.ts"], experimental } },
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          experimental,
          testTimeout: 180_000,
          hookTimeout: 300_000,
          // Two cores: one file at a time, each with the whole machine.
          fileParallelism: false,
        },
      },
    ],
  },
});
