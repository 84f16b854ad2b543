/**
 * What a stack is told before anything is written: the program's own preflight, against the lab's Git hosts with settings that
 * forbid something. That nothing was written is seen in the hosts' access logs.
 */
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Config } from "../../config.ts";
import { validateStack } from "../../config/validate.ts";
import { TestHost } from "../../lab/git-host/testing.ts";
import { GitLabTestHost } from "../../lab/git-host/gitlab/testing.ts";
import { preflight, type Preflight } from "../../preflight/preflight.ts";
import type { PreviousOutputs } from "../../preflight/previous-outputs.ts";
import { changed, stackFile, type Loose } from "../unit/stack-files.ts";

const knownHosts =
  "git.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

let warnings: string[] = [];

beforeEach(() => {
  warnings = [];
  vi.spyOn(pulumi.log, "warn").mockImplementation((message) => {
    warnings.push(message);
    return Promise.resolve();
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** How a stack is looked at. */
interface Look {
  readonly token?: string;
  readonly raw?: Loose;
  readonly previous?: PreviousOutputs;
  readonly preview?: boolean;
}

/** A host, and the dev stack on it. */
interface Row {
  readonly kind: "github" | "gitlab";
  readonly tokenName: string;
  readonly url: () => string;
  readonly token: () => string;
  readonly lines: () => string[];
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Makes a repository that is nobody's, or has topics. */
  readonly make: (name: string, topics?: readonly string[], archived?: boolean) => Promise<void>;
  /** GETs for a stack that is to be made, and for one that stands. */
  readonly requests: { readonly made: number; readonly stands: number };
}

let github: TestHost;
let gitlab: GitLabTestHost;

const rows: readonly Row[] = [
  {
    kind: "github",
    tokenName: "GITHUB_TOKEN",
    url: () => github.host.url,
    token: () => github.host.token,
    lines: () => github.lines,
    start: async () => {
      github = await TestHost.start(["ghes-3.19"]);
    },
    stop: () => github.stop(),
    make: async (name, topics = [], archived = false) => {
      await github.repository(name);
      await github.call("PUT", `/repos/acme/${name}/topics`, { names: topics });
      if (archived) await github.call("PATCH", `/repos/acme/${name}`, { archived });
    },
    requests: { made: 6, stands: 1 },
  },
  {
    kind: "gitlab",
    tokenName: "GITLAB_TOKEN",
    url: () => gitlab.host.url,
    token: () => gitlab.host.token,
    lines: () => gitlab.lines,
    start: async () => {
      gitlab = await GitLabTestHost.start();
    },
    stop: () => gitlab.stop(),
    make: async (name, topics = [], archived = false) => {
      const id = await gitlab.project(name, { topics });
      if (archived) await gitlab.call("POST", `/projects/${id}/archive`);
    },
    requests: { made: 8, stands: 2 },
  },
];

/** The dev stack of a host, as its file says. */
const stackOn = ({ kind, url }: Row, owner = "acme"): Loose => ({
  ...stackFile("dev"),
  git: { kind, owner, baseUrl: `${url()}/`, knownHosts },
});

/** Runs the program's preflight as an update, unless it is to be a preview. */
async function look(row: Row, { token, raw, previous = {}, preview = false }: Look = {}): Promise<Preflight> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type }) => {
        throw new Error(`a ${type} is registered`);
      },
      call: () => ({ outputs: previous }),
    },
    "slipway",
    "dev",
    preview,
    "organization",
  );
  const config: Config = {
    ...validateStack(raw ?? stackOn(row), ["REGISTRY_PASSWORD"]),
    ciSecrets: pulumi.secret<Record<string, string>>({}),
    gitToken: pulumi.secret(token ?? row.token()),
    gitTokenName: row.tokenName,
  };
  row.lines().length = 0;
  return await preflight(config);
}

/** What a run is refused with. */
async function refusal(row: Row, how: Look = {}): Promise<string> {
  return await look(row, how).then(
    () => "",
    (error: unknown) => (error as Error).message,
  );
}

const writes = (row: Row) => row.lines().filter((line) => / (POST|PUT|PATCH|DELETE) /.test(line));
const reads = (row: Row) => row.lines().filter((line) => line.includes(" GET "));

/** What the stack said of itself once it stood. */
const stood = (row: Row): PreviousOutputs => ({
  repositories: Object.fromEntries(
    ["spring-app", "helm", "flux-cd"].map((name) => [name, `${row.url()}/acme/${name}`]),
  ),
});

describe.each(rows)("$kind", (row) => {
  beforeAll(() => row.start());
  afterAll(() => row.stop());
  afterEach(() => expect(writes(row)).toEqual([]));

  test("a stack that is to be made has nothing against it, which takes a handful of requests", async () => {
    const { adoptions } = await look(row);
    expect(adoptions).toEqual({});
    expect(reads(row)).toHaveLength(row.requests.made);
  });

  test("one that stands asks less", async () => {
    await look(row, { previous: stood(row), preview: true });
    expect(reads(row)).toHaveLength(row.requests.stands);
    expect(warnings).toEqual([]);
  });

  test("an owner that is not there is named, in a preview, too", async () => {
    for (const preview of [true, false]) {
      const said = await refusal(row, { raw: stackOn(row, "nobody"), preview });
      expect(said).toContain('slipway:git.owner: got "nobody", and');
    }
  });

  test("a token that is no good is named once, with where it comes from and how to renew it", async () => {
    for (const preview of [true, false]) {
      const said = await refusal(row, { token: "wrong", preview });
      expect(said).toContain("has 1 problem:");
      expect(said).toMatch(
        new RegExp(`- ${row.tokenName}: is not accepted \\(.* answers 401 .*\\).*export it as`),
      );
      expect(said).not.toContain("wrong");
    }
  });

  test("a name that is taken is told with all else that is wrong", async () => {
    await row.make("helm");
    const raw = changed(stackOn(row, "acme"), ["repositories", "shared"], {
      role: "fluxcd",
      reference: true,
    });
    const used = changed(raw, ["environments", "dev", "sources", "shared"], { repository: "shared" });
    const source = changed(used, ["environments", "dev", "syncs", "spring-app", "source"], "flux-cd");
    const said = await refusal(row, { raw: source });
    expect(said).toContain("has 2 problems:");
    expect(said).toContain("slipway:repositories.helm: exists already, and Slipway did not make it");
    expect(said).toContain(
      'slipway:repositories.shared.reference: is true, and "acme" has no repository of that name',
    );
  });

  describe("a reference", () => {
    /** The dev stack with another stack's repository as a second source. */
    const referring = (name: string) => {
      const with1 = changed(stackOn(row), ["repositories", name], { role: "fluxcd", reference: true });
      const with2 = changed(with1, ["environments", "dev", "sources", name], { repository: name });
      return changed(with2, ["environments", "dev", "syncs", "spring-app", "source"], "flux-cd");
    };
    const known = () => stood(row);

    test("is found, and neither adopted nor marked", async () => {
      await row.make("theirs", ["slipway-stack-other"]);
      const { adoptions, references } = await look(row, { raw: referring("theirs"), previous: known() });
      expect(adoptions).toEqual({});
      expect(references["theirs"]).toMatchObject({
        name: "theirs",
        webUrl: `${row.url()}/acme/theirs`,
        httpUrl: `${row.url()}/acme/theirs.git`,
      });
      expect(references["theirs"]?.sshUrl).toMatch(/^ssh:\/\/git@127\.0\.0\.1:\d+\/acme\/theirs\.git$/);
    });

    test("that is archived takes no keys", async () => {
      await row.make("old", [], true);
      expect(await refusal(row, { raw: referring("old"), previous: known() })).toContain(
        "slipway:repositories.old.reference: is true, and the repository is archived",
      );
    });

    test("that was this stack's own is refused, since it would be removed", async () => {
      const repositories = { ...known().repositories, theirs: `${row.url()}/acme/theirs` };
      expect(await refusal(row, { raw: referring("theirs"), previous: { repositories } })).toContain(
        "slipway:repositories.theirs.reference: is in this stack's state as its own",
      );
    });
  });
});

describe("GitHub's settings", () => {
  const [row] = rows as [Row];
  beforeAll(() => row.start());
  afterAll(() => row.stop());
  afterEach(async () => {
    expect(writes(row)).toEqual([]);
    expect(github.problems).toEqual([]);
    await github.host.changeAccount("acme", { role: "admin" });
    await github.call("PATCH", "/orgs/acme", {
      deploy_keys_enabled_for_repositories: true,
      members_can_create_private_repositories: true,
    });
    await github.call("PUT", "/orgs/acme/actions/permissions", { enabled_repositories: "all" });
  });

  test("that forbid deploy keys are named with their page; GitHub would refuse each of them", async () => {
    await github.call("PATCH", "/orgs/acme", { deploy_keys_enabled_for_repositories: false });
    for (const preview of [true, false]) {
      const said = await refusal(row, { previous: stood(row), preview });
      expect(said).toContain('slipway:git.owner: the organisation "acme" forbids deploy keys');
      expect(said).toContain(`${row.url()}/organizations/acme/settings/member_privileges`);
    }
    row.lines().length = 0;
  });

  test("that keep members from making repositories are named for each", async () => {
    await github.call("PATCH", "/orgs/acme", { members_can_create_private_repositories: false });
    await github.host.changeAccount("acme", { role: "member" });
    const said = await refusal(row);
    expect(said).toContain("has 3 problems:");
    expect(said).toContain(
      'slipway:repositories.helm.visibility: is private, and the organisation "acme" lets its owners',
    );
    expect(await refusal(row, { preview: true })).toBe("");
    expect(warnings.join("\n")).toContain("An update is refused.");
  });

  test.each([
    ["none", "is no member of"],
    ["pending", "has not accepted the invitation"],
  ] as const)("a token's user with the role %s is named", async (role, text) => {
    await github.host.changeAccount("acme", { role });
    expect(await refusal(row)).toContain(text);
  });

  test("where Actions are off are a warning", async () => {
    await github.call("PUT", "/orgs/acme/actions/permissions", { enabled_repositories: "none" });
    await look(row);
    expect(warnings.join("\n")).toContain('GitHub Actions is off in the organisation "acme"');
  });

  test("a personal account of the token's own is an owner", async () => {
    expect(await refusal(row, { raw: stackOn(row, "lab-admin") })).toBe("");
    const open = changed(stackOn(row, "lab-admin"), ["repositories", "helm", "visibility"], "internal");
    expect(await refusal(row, { raw: open })).toContain('"lab-admin" is a personal account, which has none');
  });
});

describe("GitHub's token", () => {
  const [row] = rows as [Row];
  beforeAll(() => row.start());
  afterAll(() => row.stop());
  afterEach(() => expect(writes(row)).toEqual([]));

  test("without scopes stops an update with all of them, and not a preview", async () => {
    github.host.accessToken.scopes = ["read:org"];
    const said = await refusal(row);
    expect(said).toContain("has 2 problems:");
    expect(said).toContain('GITHUB_TOKEN: lacks the scope "repo"');
    expect(said).toContain('GITHUB_TOKEN: lacks the scope "workflow"');
    expect(await refusal(row, { preview: true })).toBe("");
    expect(warnings.join("\n")).toContain('lacks the scope "delete_repo"');
  });

  test("of the fine-grained kind says nothing of scopes", async () => {
    github.host.accessToken.scopes = undefined;
    expect(await refusal(row)).toBe("");
  });

  test("that ends soon is a warning, and one that has ended a problem", async () => {
    github.host.accessToken.endsAt = new Date(Date.now() + 3.5 * 86_400_000);
    expect(await refusal(row)).toBe("");
    expect(warnings.join("\n")).toContain("GITHUB_TOKEN: ends in 3 days, on ");
    github.host.accessToken.endsAt = new Date(Date.now() - 1000);
    expect(await refusal(row)).toContain("GITHUB_TOKEN: is not accepted");
  });
});

describe("GitLab's settings", () => {
  const [, row] = rows as [Row, Row];
  beforeAll(() => row.start());
  afterAll(() => row.stop());
  afterEach(async () => {
    expect(writes(row)).toEqual([]);
    await gitlab.call("PUT", "/groups/acme", { project_creation_level: "developer", visibility: "public" });
  });

  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const user = (username: string, level: number, scopes = ["api"], days = 100) =>
    gitlab.host.addUser({ username, scopes, roles: { acme: level }, expiresAt: day(days) });

  test("that let nobody make projects are named, and so is the visibility that the group has not", async () => {
    await gitlab.call("PUT", "/groups/acme", { project_creation_level: "noone", visibility: "private" });
    const open = changed(stackOn(row), ["repositories", "helm", "visibility"], "public");
    const said = await refusal(row, { raw: open });
    expect(said).toContain("has 2 problems:");
    expect(said).toContain('slipway:git.owner: the group "acme" lets no one make projects');
    expect(said).toContain(
      'slipway:repositories.helm.visibility: is public, and the group "acme" is private',
    );
  });

  test("a role that is too low is named, and what an owner does about it", async () => {
    const token = await user("developer", 30);
    const said = await refusal(row, { token });
    expect(said).toContain('GITLAB_TOKEN: its user is Developer of the group "acme"');
    expect(said).toContain(`${row.url()}/groups/acme/-/group_members`);
  });

  test("projects that somebody may see and not change are neither taken back nor given keys", async () => {
    await row.make("helm", ["slipway-stack-dev"]);
    await row.make("theirs");
    const referred = changed(stackOn(row), ["repositories", "theirs"], { role: "fluxcd", reference: true });
    const read = changed(referred, ["environments", "dev", "sources", "theirs"], { repository: "theirs" });
    const raw = changed(read, ["environments", "dev", "syncs", "spring-app", "source"], "flux-cd");
    const token = await user("reviewer", 30);
    const said = await refusal(row, { token, raw });
    expect(said).toContain("slipway:repositories.helm: exists, and the token's user may not change it");
    expect(said).toContain(
      "slipway:repositories.theirs.reference: is true, and the token's user may not add deploy keys",
    );
    expect(await refusal(row, { token, raw, preview: true })).toBe("");
  });

  test("somebody who is no member is named", async () => {
    const token = await gitlab.host.addUser({
      ...{ username: "stranger", scopes: ["api"], expiresAt: day(100) },
      roles: { other: 50 },
    });
    expect(await refusal(row, { token })).toContain("GITLAB_TOKEN: its user is no member of the group");
  });

  test("a token that may only read is enough for a preview, and not for an update", async () => {
    const token = await user("reader", 40, ["read_api"]);
    expect(await refusal(row, { token, preview: true })).toBe("");
    expect(warnings.join("\n")).toContain('GITLAB_TOKEN: lacks the scope "api" (it has read_api).');
    expect(await refusal(row, { token })).toContain('GITLAB_TOKEN: lacks the scope "api"');
  });

  test("a token that ends soon is a warning, and one that has ended a problem", async () => {
    const soon = await user("soon", 50, ["api"], 5);
    await look(row, { token: soon });
    expect(warnings.join("\n")).toMatch(/GITLAB_TOKEN: ends in [45] days, on /);
    const ended = await user("ended", 50, ["api"], -1);
    expect(await refusal(row, { token: ended })).toContain("GITLAB_TOKEN: is not accepted (");
  });

  test("no runner is a warning, and one that is online none", async () => {
    await look(row);
    expect(warnings.join("\n")).toContain('no runner of the group "acme" or of the host is online');
    warnings = [];
    await gitlab.host.addRunner();
    await look(row);
    expect(warnings).toEqual([]);
  });
});

describe("a host that is away", () => {
  const [row] = rows as [Row];
  const nowhere = (raw: Loose) => changed(raw, ["git", "baseUrl"], "http://127.0.0.1:9/");
  beforeAll(() => row.start());
  afterAll(() => row.stop());

  test("is no error in a preview, which says what it does not know", async () => {
    await look(row, { raw: nowhere(stackOn(row)), preview: true });
    expect(warnings.join("\n")).toContain('What "acme" allows is not known: 127.0.0.1:9 does not answer');
    expect(warnings.join("\n")).toContain("Whether the repository helm exists is not known");
  });

  test("leaves a preview the references that the last run has found, and asks for the host before that", async () => {
    const with1 = changed(nowhere(stackOn(row)), ["repositories", "theirs"], {
      role: "fluxcd",
      reference: true,
    });
    const with2 = changed(with1, ["environments", "dev", "sources", "theirs"], { repository: "theirs" });
    const raw = changed(with2, ["environments", "dev", "syncs", "spring-app", "source"], "flux-cd");
    const last = {
      id: "R_1",
      name: "theirs",
      webUrl: "http://127.0.0.1:9/acme/theirs",
      httpUrl: "http://127.0.0.1:9/acme/theirs.git",
      sshUrl: "ssh://git@127.0.0.1:10/acme/theirs.git",
    };
    const { references } = await look(row, {
      raw,
      preview: true,
      previous: { references: { theirs: last } },
    });
    expect(references).toEqual({ theirs: last });
    expect(await refusal(row, { raw, preview: true })).toContain(
      "slipway:repositories.theirs.reference: cannot be looked up, and no earlier run has",
    );
  });
});
