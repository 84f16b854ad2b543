import { expect, test } from "vitest";
import { namedKeys } from "../../components/git/keys/key-names.ts";

const environments = {
  dev: { sources: { manifests: { repository: "fluxcd" }, podinfo: { url: "https://example.com/" } } },
  qa: { sources: { qa: { repository: "fluxcd" } } },
  prod: {},
};

const names = (delivery: object, flux: object = {}) =>
  namedKeys({ flux, repositories: { web: { delivery }, charts: {} }, environments }).map(
    ({ name, kind, app }) => [name, kind, ...(app === undefined ? [] : [app])],
  );
const sources = [
  ["manifests", "deployKey"],
  ["qa", "deployKey"],
];
const reading = ["web reads charts", "deployKey"];

test("each source that is a repository has a key, and so has each app for either way; a public source has none", () => {
  const keys = [...sources, reading, ["web writes fluxcd", "deployKey"]];
  expect(names({})).toEqual(keys);
  expect(names({ identity: "deployKey" })).toEqual(keys);
});

test("a project's token is called as the key whose place it takes; a token of the user's own is none of the stack's", () => {
  expect(names({ identity: "projectToken" })).toEqual([
    ...sources,
    reading,
    ["web writes fluxcd", "projectToken", "web"],
  ]);
  expect(names({ identity: "personalToken" })).toEqual([...sources, reading]);
});

test("a repository has one webhook, however many sources follow it, and none without a receiver", () => {
  const hooked = names({}, { receiver: { url: "https://flux.example.com" } });
  expect(hooked.slice(4)).toEqual([["fluxcd webhook", "webhookToken"]]);
  expect(names({}, { receiver: false })).toHaveLength(4);
});
