/** Rulesets on the lab's GitHub: its API, held against GitHub's own description, and what a push may do. */
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestAnswer, TestHost } from "../../lab/git-host/testing.ts";

let lab: TestHost;
beforeAll(async () => {
  lab = await TestHost.start(["api.github.com"]);
  return () => lab.stop();
});
beforeEach(() => {
  lab.problems.length = 0;
});
afterEach(() => {
  expect(lab.problems).toEqual([]);
});

const changes = {
  dismiss_stale_reviews_on_push: true,
  require_code_owner_review: false,
  require_last_push_approval: false,
  required_approving_review_count: 1,
  required_review_thread_resolution: false,
};
const main = { ref_name: { include: ["refs/heads/main"], exclude: [] } };
const ruleset = (name: string, rules: object[], more: object = {}) => ({
  ...{ name, target: "branch", enforcement: "active", conditions: main, rules },
  ...more,
});
const history = ruleset("history", [{ type: "deletion" }, { type: "non_fast_forward" }]);
const bypass = { bypass_actors: [{ actor_type: "DeployKey", bypass_mode: "always" }] };
const reviewed = ruleset("changes", [{ type: "pull_request", parameters: changes }], bypass);

const idOf = ({ body }: TestAnswer) => (body as { id: number }).id;

/** A repository of `acme` with one commit on main, the clone that it came from, and a key that may push. */
async function pushed(name: string) {
  await lab.repository(name);
  const work = await lab.working(name);
  await lab.gitOk(work, ["push", lab.http(name), "main", "main:other"], lab.withToken());
  const key = await lab.key(name);
  const registration = { title: "ci", key: key.publicKey, read_only: false };
  expect((await lab.call("POST", `/repos/acme/${name}/keys`, registration)).status).toBe(201);
  const path = `/repos/acme/${name}`;
  const add = (body: object) => lab.call("POST", `${path}/rulesets`, body);
  const commit = () => lab.gitOk(work, ["commit", "--quiet", "--allow-empty", "-m", "more"]);
  const byToken = (...args: string[]) => lab.git(work, ["push", ...args], lab.withToken());
  const byKey = (...args: string[]) => lab.git(work, ["push", ...args], key.env);
  return { path, work, add, commit, byToken, byKey, http: lab.http(name), ssh: lab.ssh(name) };
}

describe("the API", () => {
  test("makes, lists, changes and removes a ruleset", async () => {
    const { path, add } = await pushed("api");
    const made = await add(reviewed);
    expect([made.status, made.body]).toMatchObject([
      201,
      {
        name: "changes",
        source_type: "Repository",
        source: "acme/api",
        conditions: main,
        bypass_actors: [{ actor_id: null, actor_type: "DeployKey", bypass_mode: "always" }],
        rules: [
          { type: "pull_request", parameters: { allowed_merge_methods: ["merge", "squash", "rebase"] } },
        ],
        current_user_can_bypass: "never",
      },
    ]);
    await add(history);
    const listed = (await lab.call("GET", `${path}/rulesets`)).body as { name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(["changes", "history"]);
    expect(listed[0]).not.toHaveProperty("rules");
    const one = `${path}/rulesets/${idOf(made)}`;
    const put = await lab.call("PUT", one, { enforcement: "disabled" });
    expect([put.status, put.body]).toMatchObject([200, { enforcement: "disabled", conditions: main }]);
    expect((await lab.call("GET", one)).body).toEqual(put.body);
    expect((await lab.call("DELETE", one)).status).toBe(204);
    expect((await lab.call("GET", one)).status).toBe(404);
  });

  test("refuses a rule that nothing would come of, and whoever may not", async () => {
    const { path, add } = await pushed("refused");
    expect((await add(ruleset("x", [{ type: "required_signatures" }]))).status).toBe(422);
    const nobody = await lab.call("POST", `${path}/rulesets`, history, { token: null });
    expect(nobody.status).toBe(404);
  });

  test("survives a restart, and goes with its repository", async () => {
    const { path, add } = await pushed("kept");
    await add(history);
    await lab.restart();
    expect((await lab.call("GET", `${path}/rulesets`)).body).toHaveLength(1);
    await lab.call("DELETE", path);
    await lab.repository("kept");
    expect((await lab.call("GET", `${path}/rulesets`)).body).toEqual([]);
  });
});

describe("a push", () => {
  test("rewrites and deletes no branch that keeps its history, whoever pushes", async () => {
    const { add, work, byToken, byKey, http, ssh } = await pushed("history");
    await add(ruleset("changes", [{ type: "pull_request", parameters: changes }], bypass));
    await add(history);
    await lab.gitOk(work, ["commit", "--quiet", "--amend", "--allow-empty", "-m", "rewritten"]);
    for (const push of [byToken("--force", http, "main"), byKey("--force", ssh, "main")]) {
      const { exitCode, stderr } = await push;
      expect(exitCode).not.toBe(0);
      expect(stderr).toContain("GH013: Repository rule violations found for refs/heads/main.");
      expect(stderr).toContain("- Cannot force-push to this branch");
    }
    const deleted = await byKey(ssh, ":main");
    expect(deleted.stderr).toContain("- Cannot delete this branch");
    expect((await byToken("--force", http, "main:other")).exitCode).toBe(0);
  });

  test("comes by pull request, but for a deploy key where these are let through", async () => {
    const { add, commit, byToken, byKey, http, ssh } = await pushed("changes");
    await add(history);
    const id = idOf(await add(reviewed));
    await commit();
    const refused = await byToken(http, "main");
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toContain("- Changes must be made through a pull request.");
    expect((await byToken(http, "main:topic")).exitCode).toBe(0);
    expect((await byKey(ssh, "main")).exitCode).toBe(0);
    await commit();
    await lab.call("PUT", `/repos/acme/changes/rulesets/${id}`, { bypass_actors: [] });
    expect((await byKey(ssh, "main")).stderr).toContain("- Changes must be made through a pull request.");
    await lab.call("PUT", `/repos/acme/changes/rulesets/${id}`, { enforcement: "disabled" });
    expect((await byToken(http, "main")).exitCode).toBe(0);
  });

  test("waits for the checks of its commit, the newest of each", async () => {
    const { path, add, work, commit, byToken, http } = await pushed("checks");
    const required = [{ context: "a" }, { context: "b" }];
    const parameters = { required_status_checks: required, strict_required_status_checks_policy: false };
    await add(
      ruleset("checks", [{ type: "required_status_checks", parameters }], {
        conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
      }),
    );
    await commit();
    expect((await byToken(http, "main:topic")).exitCode).toBe(0);
    const sha = await lab.gitOk(work, ["rev-parse", "HEAD"]);
    const say = (context: string, state: string) =>
      lab.call("POST", `${path}/statuses/${sha}`, { context, state });
    await say("a", "success");
    await say("b", "success");
    await say("b", "failure");
    expect((await byToken(http, "main")).stderr).toContain("- 2 of 2 required status checks are expected.");
    await say("b", "success");
    expect((await byToken(http, "main")).exitCode).toBe(0);
  });

  test("of several branches says of each what it breaks, and none of them moves", async () => {
    const { add, commit, work, byToken, http } = await pushed("several");
    const all = { conditions: { ref_name: { include: ["~ALL"], exclude: ["refs/heads/free*"] } } };
    await add(ruleset("all", [{ type: "pull_request", parameters: changes }], all));
    const before = await lab.gitOk(work, ["rev-parse", "HEAD"]);
    await commit();
    const { stderr } = await byToken(http, "main", "main:other", "main:free-one");
    expect(stderr).toContain("found for refs/heads/main.");
    expect(stderr).toContain("found for refs/heads/other.");
    expect(stderr).not.toContain("found for refs/heads/free-one.");
    const heads = await lab.gitOk(work, ["ls-remote", http], lab.withToken());
    expect(heads).toContain(`${before}\trefs/heads/main`);
    expect((await byToken(http, "main:free-one")).exitCode).toBe(0);
  });
});

test("a ref is not moved or removed by the API either", async () => {
  const { path, add, commit, work, byToken, http } = await pushed("refs");
  await add(history);
  await add(reviewed);
  await commit();
  await byToken(http, "main:topic");
  const sha = await lab.gitOk(work, ["rev-parse", "HEAD"]);
  const moved = await lab.call("PATCH", `${path}/git/refs/heads/main`, { sha });
  expect([moved.status, moved.body]).toMatchObject([
    422,
    { message: expect.stringContaining("Changes must be made through a pull request.") as string },
  ]);
  const everywhere = { conditions: { ref_name: { include: ["refs/heads/t?pic"], exclude: [] } } };
  await add(ruleset("topics", [{ type: "deletion" }], everywhere));
  const removed = await lab.call("DELETE", `${path}/git/refs/heads/topic`);
  expect([removed.status, removed.body]).toMatchObject([
    422,
    { message: expect.stringContaining("Cannot delete this branch") as string },
  ]);
});
