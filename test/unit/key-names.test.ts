import { expect, test } from "vitest";
import { keyNames } from "../../components/git/key-names.ts";

test("each source that is a repository has a key, and so has each app for either way; a public source has none", () => {
  const repositories = { web: { delivery: {} }, charts: {} };
  const environments = {
    dev: { sources: { manifests: { repository: "fluxcd" }, podinfo: { url: "https://example.com/" } } },
    prod: {},
  };
  expect(keyNames({ repositories, environments })).toEqual([
    "manifests",
    "web reads charts",
    "web writes fluxcd",
  ]);
});
