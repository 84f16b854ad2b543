/** CI values in their long form, those of the group, and the identity of CI: what each host has of them. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { gitlabKnownHosts } from "../../components/git/gitlab/hosts.ts";
import { givenValues } from "../../config/ci-values.ts";
import { identityProblems } from "../../config/identity-references.ts";
import { identityFields } from "../../config/identity-schema.ts";
import { problemsOf } from "./config-findings.ts";
import { changed, stackFile, type Loose } from "./stack-files.ts";

const gitlab = {
  kind: "gitlab",
  owner: "acme",
  baseUrl: "https://gitlab.com/",
  knownHosts: gitlabKnownHosts,
};
const stacks: Record<string, Loose> = {
  GitHub: stackFile("dev"),
  GitLab: changed(stackFile("dev"), ["git"], gitlab),
};
const app = ["repositories", "spring-app"];
const base = "slipway:repositories.spring-app";

/** What is found in a stack with some CI values. */
const problems = (host: string, ...changes: readonly (readonly [string[], unknown])[]) =>
  problemsOf(changes.reduce((stack, [path, value]) => changed(stack, path, value), stacks[host] ?? {}));

describe.each(["GitHub", "GitLab"])("on %s", (host) => {
  test("a name may be there once for all, and once for each environment", () => {
    const variables = {
      REGISTRY_USER: "acme-ci",
      COLOUR: [
        { value: "blue" },
        { value: "red", environment: "production" },
        { value: "green", environment: "staging" },
      ],
      SIZE: { value: "1", environment: "production", protected: true },
    };
    const secrets = [
      "REGISTRY_PASSWORD",
      { name: "PIN", from: "REGISTRY_PASSWORD", environment: "production", protected: true },
    ];
    expect(problems(host, [[...app, "variables"], variables], [[...app, "secrets"], secrets])).toEqual([]);
  });

  test("a name that is there twice for one environment is named with both places", () => {
    const variables = {
      COLOUR: [
        { value: "a", environment: "production" },
        { value: "b", environment: "production" },
      ],
    };
    expect(problems(host, [[...app, "variables"], variables])).toEqual([
      `${base}.variables.COLOUR.1: "COLOUR" is there already, as ${base}.variables.COLOUR.0: give each an environment of its own`,
    ]);
  });

  test("a variable and a secret of one name are refused in any environment", () => {
    const found = problems(
      host,
      [[...app, "variables"], { PIN: { value: "1", environment: "a" } }],
      [[...app, "secrets"], [{ name: "PIN", from: "REGISTRY_PASSWORD", environment: "b" }]],
    );
    expect(found).toEqual([expect.stringContaining(`${base}.secrets.0: "PIN" is there already`)]);
  });

  test("the group's values are right beside the repositories', and refused by their names", () => {
    const secrets = ["REGISTRY_PASSWORD"];
    const ofGroup = [["git", "variables"], { TEAM: "platform", REGION: { value: "eu" } }] as const;
    expect(problems(host, [[...ofGroup[0]], ofGroup[1]])).toEqual([]);
    expect(problems(host, [["git", "secrets"], secrets])).toEqual([
      `slipway:git.secrets.0: "REGISTRY_PASSWORD" is a name of the repository "spring-app", too, as ${base}.secrets.0: give each a name of its own`,
    ]);
    expect(problems(host, [["git", "secrets"], [{ name: "X", from: "NONE" }]])).toEqual([
      "slipway:ciSecrets.NONE: has no value, and `slipway:git` names it among its secrets",
    ]);
    expect(problems(host, [["git", "variables"], { X: { value: "1", environment: "a" } }]).join()).toContain(
      "slipway:git.variables.X.environment: is not a key",
    );
  });
});

/** Where the hosts differ: what is said on each; nothing where it is right. */
const differing: readonly (readonly [
  name: string,
  path: string[],
  value: unknown,
  github?: string | undefined,
  gitlab?: string | undefined,
])[] = [
  [
    "a masked variable",
    [...app, "variables"],
    { X: { value: "12345678", masked: true } },
    `${base}.variables.X.masked: got true, and GitHub masks secrets only: name it under \`secrets\``,
  ],
  [
    "a masked variable that cannot be masked",
    [...app, "variables"],
    { X: { value: "two words", masked: true } },
    `${base}.variables.X.masked: got true`,
    `${base}.variables.X.masked: the value of X has blanks in it, and GitLab would show it`,
  ],
  [
    "a secret that is not masked",
    [...app, "secrets"],
    [{ name: "REGISTRY_PASSWORD", masked: false }],
    `${base}.secrets.0.masked: got false, and GitHub masks every secret: remove it`,
  ],
  ["a secret that is masked", [...app, "secrets"], [{ name: "REGISTRY_PASSWORD", masked: true }]],
  [
    "a protected variable of no environment",
    [...app, "variables"],
    { X: { value: "1", protected: true } },
    `${base}.variables.X.protected: got true, and on GitHub only environments are for protected branches: give the value an \`environment\``,
  ],
  [
    "a protected variable of the group",
    ["git", "variables"],
    { X: { value: "1", protected: true } },
    "slipway:git.variables.X.protected: got true, and on GitHub only environments are for protected branches: remove it",
  ],
  [
    "an environment that one value protects and another does not",
    [...app, "variables"],
    {
      A: { value: "1", environment: "production", protected: true },
      B: { value: "1", environment: "production", protected: false },
    },
    `${base}.variables.B.protected: got false, and ${base}.variables.A says otherwise of the same environment`,
  ],
  [
    "an environment in two spellings",
    [...app, "variables"],
    { A: { value: "1", environment: "production" }, B: { value: "1", environment: "Production" } },
    `${base}.variables.B.environment: "Production" is the same environment as "production" for GitHub`,
  ],
  [
    "a pattern of environments",
    [...app, "variables"],
    { X: { value: "1", environment: "review/*" } },
    `${base}.variables.X.environment: "review/*" is a pattern, and GitHub's environments are names`,
  ],
  [
    "all environments by a pattern",
    [...app, "variables"],
    { X: { value: "1", environment: "*" } },
    `${base}.variables.X.environment: "*" is a pattern`,
    `${base}.variables.X.environment: "*" means all environments: leave \`environment\` out`,
  ],
  [
    "too many variables of one environment",
    [...app, "variables"],
    Object.fromEntries(
      Array.from({ length: 101 }, (_, at) => [`V${at}`, { value: "1", environment: "production" }]),
    ),
    `${base}.variables: are too many in the environment "production": 101, and GitHub takes 100`,
  ],
];

describe.each(differing.map(([name, ...row]) => ({ name, row })))("$name", ({ row }) => {
  const [path, value, onGitHub, onGitLab] = row;
  test.each([
    ["GitHub", onGitHub],
    ["GitLab", onGitLab],
  ])("on %s", (host, expected) => {
    const found = problems(host, [path, value]);
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([expect.stringContaining(expected)]);
  });
});

test("all forms are one list, in the order of the configuration", () => {
  const variables = { A: "1", B: { value: "2", masked: true }, C: [{ value: "3", environment: "x" }] };
  const secrets = ["D", { name: "E", from: "F", protected: false }];
  expect(givenValues({ variables, secrets })).toEqual([
    { at: "variables.A", secret: false, name: "A", value: "1", from: "A" },
    { at: "variables.B", secret: false, name: "B", value: "2", from: "B", masked: true },
    { at: "variables.C.0", secret: false, name: "C", value: "3", from: "C", environment: "x" },
    { at: "secrets.0", secret: true, name: "D", value: "D", from: "D" },
    { at: "secrets.1", secret: true, name: "E", value: "", from: "F", protected: false },
  ]);
});

describe("the identity of CI", () => {
  const identitySchema = z.object(identityFields);
  const now = new Date("2026-11-21T12:00:00Z");
  const found = (delivery: Loose, kind = "gitlab", secretNames: string[] = [], expireAfter?: string) =>
    identityProblems("app", { delivery }, secretNames, { kind, expireAfter }, now).map(
      ({ key, message }) => `${key}: ${message}`,
    );
  const token = (expiresAt: string) => ({ identity: "projectToken", token: { expiresAt } });
  const key = "slipway:repositories.app.delivery";

  test("is a deploy key, on either host, without a word", () => {
    for (const kind of ["github", "gitlab"]) {
      expect(found({}, kind)).toEqual([]);
      expect(found({ identity: "deployKey" }, kind)).toEqual([]);
    }
  });

  test("may be a project's token on GitLab, of a year at most; GitHub has none, and the way out is named", () => {
    expect(found(token("2026-11-22"))).toEqual([]);
    expect(found(token("2027-11-21"))).toEqual([]);
    expect(found(token("2027-11-22"))).toEqual([
      `${key}.token.expiresAt: got "2027-11-22", which is more than 365 days ahead: write a day up to 2027-11-21`,
    ]);
    expect(found(token("2026-11-21"))).toEqual([
      `${key}.token.expiresAt: got "2026-11-21", and the token ends as that day begins: write a later one, up to 2027-11-21`,
    ]);
    expect(found({ identity: "projectToken" })).toEqual([
      `${key}.token.expiresAt: is missing: a project's token ends on a day, at most 365 days ahead, or after \`slipway:credentials.expireAfter\``,
    ]);
    expect(found(token("2027-01-01"), "github").join()).toMatch(/^[^:]+:[^:]+identity: .*write deployKey/);
  });

  test("needs no day where keys live for a span, of a year at most", () => {
    for (const delivery of [{ identity: "projectToken" }, { identity: "projectToken", token: {} }]) {
      expect(found(delivery, "gitlab", [], "365d")).toEqual([]);
      expect(found(delivery, "gitlab", [], "366d")).toEqual([
        `${key}.token.expiresAt: is missing: a project's token lives for 365 days at most, and \`slipway:credentials.expireAfter\` is 366d`,
      ]);
    }
    expect(found(token("2027-11-21"), "gitlab", [], "366d")).toEqual([]);
  });

  test("ends on a day that may stand without quotes, of which Pulumi makes a time", () => {
    const delivery = token("2026-12-21 00:00:00 +0000 UTC");
    expect(found(delivery)).toEqual([]);
    expect(identitySchema.parse(delivery)).toMatchObject({ token: { expiresAt: "2026-12-21" } });
  });

  test("may be a personal token, whose value is the user's to set", () => {
    expect(found({ identity: "personalToken" }, "github", ["FLUXCD_TOKEN"])).toEqual([]);
    expect(found({ identity: "personalToken" }, "github")).toEqual([
      `slipway:ciSecrets.FLUXCD_TOKEN: has no value, and ${key}.identity is personalToken: set the token there, or write deployKey`,
    ]);
  });

  test("is a deploy key where a protection lets nothing else push", () => {
    const guarded = changed(stackFile("dev"), ["repositories", "flux-cd", "protection"], {});
    const withToken = changed(guarded, [...app, "delivery", "identity"], "personalToken");
    expect(problemsOf(guarded)).toEqual([]);
    expect(problemsOf(withToken).join("\n")).toContain(
      `${base}.delivery.identity: got "personalToken", and the protection of "flux-cd" lets deploy keys of CI push alone: write deployKey`,
    );
  });

  test("has a day for a project's token only", () => {
    expect(found({ identity: "deployKey", token: { expiresAt: "2027-01-01" } })).toEqual([
      `${key}.token: is for the identity projectToken: remove it`,
    ]);
  });
});
