import { expect, test } from "vitest";
import { FirstCommit } from "../../components/git/first-commit.ts";
import { values } from "../unit/first-commit-fixture.ts";
import { allRegistered } from "./flux-graph.ts";
import { record } from "./mocks.ts";

const args = {
  hostKind: "github",
  repositoryId: "R_1",
  cloneUrl: "https://git.example/acme/shop.git",
  branch: "main",
  role: "app",
  host: { name: "git.example", tokenFrom: "", ask: reached, mayRetry: reached },
  token: reached,
} as const;

function reached(): never {
  throw new Error("nothing is to be pushed here");
}

test("a seed that cannot be made is refused in the preview, before anything is registered", async () => {
  const registered = await record({}, { preview: true });
  const broken = { ...values, app: "No App", namespace: "" };
  expect(() => new FirstCommit("commit", { ...args, values: broken })).toThrow(
    /The seed of the app repository cannot be made:\n- app: .*\n- namespace: /,
  );
  await allRegistered();
  expect(registered).toEqual([]);
});
