/** What every Git host does with CI values and with the identity of CI: a row for each host. */
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AppDelivery, type AppDeliveryArgs } from "../../components/git/ci.ts";
import type { CiIdentity } from "../../components/git/ci-identity.ts";
import { DeployKey } from "../../components/git/keys/deploy-key.ts";
import type { GitHost, SeededRepository } from "../../components/git/git-host.ts";
import { GroupValues } from "../../components/git/group-values.ts";
import { values } from "../unit/first-commit-fixture.ts";
import { unwrapped, watchGraph, type Graph } from "./flux-graph.ts";
import { mockedHosts } from "./mocked-hosts.ts";
import { only, record, settled, type Outputs, type Registered } from "./mocks.ts";

// The first use of an SDK loads it.
vi.setConfig({ testTimeout: 60_000 });

type Inputs = Registered["inputs"];

/** A host, and its resources for each kind of value: what they are, and what is in them. */
interface Row {
  readonly kind: string;
  readonly make: () => GitHost;
  readonly outputs: Outputs;
  /** By kind of value: the resource's type, and who gets it. */
  readonly types: Readonly<
    Record<"variable" | "secret" | "scoped" | "scopedSecret" | "group" | "groupSecret", string>
  >;
  readonly scope: (inputs: Inputs) => unknown;
  readonly secretOf: (inputs: Inputs) => unknown;
  /** What a group's value is for. */
  readonly audience: (inputs: Inputs) => unknown;
  /** The same of the secret with a name. */
  readonly secretAudience: (name: string) => unknown;
  readonly everybody: unknown;
}

const projectVariable = "gitlab:index/projectVariable:ProjectVariable";
const groupVariable = "gitlab:index/groupVariable:GroupVariable";

const rows: readonly Row[] = [
  {
    kind: "github",
    ...mockedHosts.github,
    types: {
      variable: "github:index/actionsVariable:ActionsVariable",
      secret: "github:index/actionsSecret:ActionsSecret",
      scoped: "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable",
      scopedSecret: "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
      group: "github:index/actionsOrganizationVariable:ActionsOrganizationVariable",
      groupSecret: "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
    },
    scope: (inputs) => inputs["environment"],
    secretOf: (inputs) => inputs["plaintextValue"],
    audience: (inputs) => [inputs["visibility"], inputs["selectedRepositoryIds"]],
    secretAudience: (name) => [
      only(registered, name).inputs["visibility"],
      only(registered, `${name}-repositories`).inputs["selectedRepositoryIds"],
    ],
    everybody: ["selected", [11, 12, 13]],
  },
  {
    kind: "gitlab",
    ...mockedHosts.gitlab,
    types: {
      variable: projectVariable,
      secret: projectVariable,
      scoped: projectVariable,
      scopedSecret: projectVariable,
      group: groupVariable,
      groupSecret: groupVariable,
    },
    scope: (inputs) => inputs["environmentScope"],
    secretOf: (inputs) => inputs["value"],
    audience: (inputs) => inputs["group"],
    secretAudience: (name) => only(registered, name).inputs["group"],
    everybody: "7",
  },
];

const several = "line one\nline two\n";

let registered: Registered[];
let graph: Graph;

async function begin(row: Row, preview = false): Promise<GitHost> {
  registered = await record(
    {
      ...row.outputs,
      "pulumi:index:Stash": (_, { input }) => ({ output: input }),
      "tls:index/privateKey:PrivateKey": (name) => ({
        privateKeyOpenssh: `PRIVATE-${name}`,
        publicKeyOpenssh: `ssh-ed25519 ${name}\n`,
        publicKeyFingerprintSha256: `SHA256:${name}`,
      }),
    },
    { preview },
  );
  graph = watchGraph();
  return row.make();
}

const repository = (host: GitHost, name: string): SeededRepository =>
  host.repository(
    name,
    {
      repository: name,
      topics: [],
      visibility: "private",
      defaultBranch: "main",
      onDestroy: "keep",
      seed: { role: "app", values },
    },
    {},
  );

function delivery(host: GitHost, more: Partial<AppDeliveryArgs>): AppDelivery {
  const [app, charts, fluxcd] = ["shop", "charts", "fluxcd"].map((name) => repository(host, name));
  return new AppDelivery("d", {
    host,
    app: app as SeededRepository,
    charts: charts as SeededRepository,
    fluxcd: fluxcd as SeededRepository,
    imageRepository: "registry.example/acme",
    imageName: "shop",
    variables: [],
    secrets: [],
    ...more,
  });
}

const named = (type: string) => registered.filter((resource) => resource.type === type);

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(rows)("$kind", (row) => {
  let host: GitHost;

  beforeEach(async () => {
    host = await begin(row);
  });

  test("a name is there for all jobs and for each environment's, each a resource of its own", async () => {
    const made = delivery(host, {
      variables: [
        { key: "COLOUR", value: "blue" },
        { key: "COLOUR", value: "red", environment: "production", protected: true },
        { key: "SIZE", value: "1", environment: "production" },
      ],
      secrets: [{ key: "PIN", value: "a-long-secret", environment: "production" }],
    });
    await settled(registered);
    const all = only(registered, "d-COLOUR");
    expect([all.type, row.scope(all.inputs), all.inputs["value"]]).toEqual([
      row.types.variable,
      undefined,
      "blue",
    ]);
    const one = only(registered, "d-COLOUR-production");
    expect([one.type, row.scope(one.inputs), one.inputs["value"], one.provider]).toEqual([
      row.types.scoped,
      "production",
      "red",
      "host",
    ]);
    const pin = only(registered, "d-PIN-production");
    expect([pin.type, row.scope(pin.inputs)]).toEqual([row.types.scopedSecret, "production"]);
    expect(unwrapped(row.secretOf(pin.inputs))).toBe("a-long-secret");
    expect(made.variables.filter((name) => name === "COLOUR")).toHaveLength(1);
  });

  test("values may be outputs, and in a preview unknown: every resource is registered all the same", async () => {
    host = await begin(row, true);
    const unknown = new DeployKey("thing", {
      host,
      repository: repository(host, "thing-repository"),
      title: "",
      write: false,
    }).publicKey;
    delivery(host, {
      variables: [{ key: "PLAIN", value: unknown }],
      secrets: [
        { key: "HIDDEN", value: unknown },
        { key: "HIDDEN", value: unknown, environment: "production" },
      ],
    });
    const shop = repository(host, "other");
    new GroupValues("g", {
      host,
      repositories: [shop],
      variables: [],
      secrets: [{ key: "TEAM_TOKEN", value: unknown }],
    });
    await settled(registered);
    const names = registered.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["d-PLAIN", "d-HIDDEN", "d-HIDDEN-production", "g-TEAM_TOKEN"]),
    );
  });

  test("the group's values are for the stack's repositories, or the group that owns them", async () => {
    const repositories = ["shop", "charts", "fluxcd"].map((name) => repository(host, name));
    new GroupValues("group", {
      host,
      repositories,
      variables: [{ key: "TEAM", value: "platform" }],
      secrets: [{ key: "TEAM_TOKEN", value: several }],
    });
    await settled(registered);
    const variable = only(registered, "group-TEAM");
    expect([variable.type, variable.provider, variable.inputs["value"]]).toEqual([
      row.types.group,
      "host",
      "platform",
    ]);
    const secret = only(registered, "group-TEAM_TOKEN");
    expect(secret.type).toBe(row.types.groupSecret);
    expect(row.audience(variable.inputs)).toEqual(row.everybody);
    expect(row.secretAudience("group-TEAM_TOKEN")).toEqual(row.everybody);
    const value = unwrapped(row.secretOf(secret.inputs));
    expect([several, Buffer.from(several).toString("base64")]).toContain(value);
  });

  test("with a personal token CI pushes by HTTP, without a key, and each run warns of it", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const { fluxcdKey } = delivery(host, {
      identity: { kind: "personalToken", token: "a-personal-token" },
    });
    await settled(registered);
    expect(fluxcdKey).toBeUndefined();
    expect(registered.filter(({ name }) => name.startsWith("d-fluxcd"))).toEqual([]);
    expect(only(registered, "d-FLUXCD_URL").inputs["value"]).toBe("https://git.example/acme/fluxcd.git");
    expect(unwrapped(row.secretOf(only(registered, "d-FLUXCD_TOKEN").inputs))).toBe("a-personal-token");
    expect(registered.map(({ name }) => name)).not.toContain("d-FLUXCD_DEPLOY_KEY");
    expect(warn.mock.calls.map(([text]) => text).join()).toMatch(
      /writes fluxcd with a personal token.*A deploy key opens this one repository/,
    );
  });

  test("with a deploy key nothing warns", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    delivery(host, {});
    await settled(registered);
    expect(warn).not.toHaveBeenCalled();
  });
});

const [github, gitlab] = rows as [Row, Row];
const projectToken: CiIdentity = {
  kind: "projectToken",
  expiresAt: "2027-06-30",
  accessLevel: "developer",
};

describe("GitHub's own", () => {
  test("an environment is made once, before its values, for protected branches where one value is; people's rules stay", async () => {
    const host = await begin(github);
    delivery(host, {
      variables: [
        { key: "A", value: "1", environment: "production", protected: true },
        { key: "B", value: "2", environment: "production" },
        { key: "C", value: "3", environment: "staging" },
      ],
    });
    await settled(registered);
    const made = named("github:index/repositoryEnvironment:RepositoryEnvironment");
    const policies = made.map(({ inputs }) => [inputs["environment"], inputs["deploymentBranchPolicy"]]);
    expect(policies.sort()).toEqual([
      ["production", { protectedBranches: true, customBranchPolicies: false }],
      ["staging", undefined],
    ]);
    const options = graph.registrations.get("d-environment-production");
    expect(options?.retainOnDelete).toBe(true);
    expect([...(graph.registrations.get("d-B-production")?.dependencies ?? [])]).toContain(
      "d-environment-production",
    );
  });

  test("a project's token is refused, and the deploy key named", async () => {
    const host = await begin(github);
    expect(() => delivery(host, { identity: projectToken })).toThrow(
      "github has no tokens of a repository: use the identity deployKey",
    );
    await settled(registered);
  });
});

describe("GitLab's own", () => {
  test("a value is masked and protected as it says, and by default as a variable or a secret is", async () => {
    const host = await begin(gitlab);
    delivery(host, {
      variables: [
        { key: "A", value: "a-long-value", masked: true },
        { key: "B", value: "b", protected: true, environment: "review/*" },
        { key: "C", value: "c" },
      ],
      secrets: [
        { key: "D", value: several },
        { key: "E", value: "with blanks", masked: false, protected: false },
      ],
    });
    await settled(registered);
    const seen = (name: string) => {
      const { masked, protected: only_, raw, environmentScope } = only(registered, name).inputs;
      return { masked, protected: only_, raw, environmentScope };
    };
    const raw = true;
    expect(seen("d-A")).toEqual({ masked: true, protected: false, raw, environmentScope: undefined });
    expect(seen("d-B-review/*")).toEqual({
      masked: false,
      protected: true,
      raw,
      environmentScope: "review/*",
    });
    expect(seen("d-C")).toEqual({ masked: false, protected: false, raw, environmentScope: undefined });
    expect(seen("d-D")).toEqual({ masked: true, protected: true, raw, environmentScope: undefined });
    expect(seen("d-E")).toEqual({ masked: false, protected: false, raw, environmentScope: undefined });
    expect(unwrapped(only(registered, "d-D").inputs["value"])).toBe(Buffer.from(several).toString("base64"));
    expect(unwrapped(only(registered, "d-E").inputs["value"])).toBe("with blanks");
  });

  test("a group's value says which stack has set it", async () => {
    const host = await begin(gitlab);
    new GroupValues("group", {
      host,
      repositories: [],
      variables: [{ key: "TEAM", value: "x" }],
      secrets: [],
    });
    await settled(registered);
    expect(only(registered, "group-TEAM").inputs["description"]).toBe("Set by Slipway: slipway/test");
  });

  test("a project's token writes one project until its day, and replaces itself for another", async () => {
    const host = await begin(gitlab);
    const { fluxcdKey } = delivery(host, { identity: projectToken });
    await settled(registered);
    expect(fluxcdKey).toBeUndefined();
    expect(named("gitlab:index/deployKey:DeployKey")).toEqual([]);
    const { inputs, type } = only(registered, "d-fluxcd-token");
    expect(type).toBe("gitlab:index/projectAccessToken:ProjectAccessToken");
    expect(inputs).toMatchObject({
      project: "fluxcd-id",
      scopes: ["write_repository"],
      accessLevel: "developer",
      expiresAt: "2027-06-30",
    });
    expect(only(registered, "d-FLUXCD_URL").inputs["value"]).toBe("https://git.example/acme/fluxcd.git");
    expect(graph.registrations.get("d-fluxcd-token")?.replaceOnChanges).toEqual(["expiresAt"]);
    const secret = only(registered, "d-FLUXCD_TOKEN").inputs;
    expect(unwrapped(secret["value"])).toBe("glpat-of-the-project");
    expect(secret).toMatchObject({ masked: true, protected: true });
  });
});
