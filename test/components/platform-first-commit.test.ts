import { expect, test, vi } from "vitest";
import { FirstCommit } from "../../components/git/first-commit.ts";
import { values } from "../unit/first-commit-fixture.ts";
import { allRegistered } from "./flux-graph.ts";
import { only, record } from "./mocks.ts";
import { build } from "./platform-fixture.ts";

vi.setConfig({ testTimeout: 60_000 });

const args = {
  hostKind: "github",
  repositoryId: "R_1",
  cloneUrl: "https://git.example/acme/shop.git",
  branch: "main",
  role: "app",
} as const;

test("a seed that cannot be made is refused in the preview, before anything is registered", async () => {
  const registered = await record({}, { preview: true });
  const broken = { ...values, app: "No App", namespace: "" };
  expect(() => new FirstCommit("commit", { ...args, values: broken })).toThrow(
    /The seed of the app repository cannot be made:\n- app: .*\n- namespace: /,
  );
  await allRegistered();
  expect(registered).toEqual([]);
});

test("the code that the state keeps of a first commit is short, of no machine, and does not hold the seed", async () => {
  const code = String(only((await build("dev")).registered, "helm-first-commit").inputs["__provider"]);
  expect(code.length).toBeLessThan(10_000);
  expect(code).toContain("process.cwd()");
  expect(code).not.toContain(process.cwd());
  expect(code).not.toMatch(/readdirSync|PRIVATE/);
});
