import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pushFirstCommit, type FirstCommitSeed } from "../../components/git/first-commit-push.ts";
import { seedFiles } from "../../components/git/seed-files.ts";
import { Remote, values } from "./first-commit-fixture.ts";

const token = "ghp_5ecret-t0ken";
const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
const hasty = { attempts: 2, pauseMs: 0 };

let remote: Remote;

beforeEach(() => {
  remote = new Remote();
});
afterEach(() => remote.end());

function push(inputs: Partial<FirstCommitSeed> = {}): Promise<string> {
  const all = {
    hostKind: "github",
    cloneUrl: remote.path,
    branch: "main",
    role: "fluxcd",
    values,
  } as const;
  return pushFirstCommit({ ...all, ...inputs }, token, hasty);
}

/** The whole text of an error, with what it was caused by. */
async function failure(pushed: Promise<string>): Promise<string> {
  const error = await pushed.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("the push did not fail");
  return [error.message, error.stack, JSON.stringify(error), String(error.cause)].join("\n");
}

describe("the first commit", () => {
  test.each(["app", "charts", "fluxcd"] as const)(
    "of the role %s is one, with every file of the seed and its mode",
    async (role) => {
      const commit = await push({ role });
      expect(remote.inRemote("rev-list", "main").trim()).toBe(commit);
      const expected = seedFiles(role, values).map(({ path, content, executable }) => {
        const blob = createHash("sha1").update(`blob ${content.byteLength}\0`).update(content).digest("hex");
        return `${executable ? "100755" : "100644"} blob ${blob}\t${path}`;
      });
      const tree = remote.inRemote("-c", "core.quotePath=false", "ls-tree", "-r", "main").trim().split("\n");
      expect(tree.sort()).toEqual(expected.sort());
    },
  );

  test("is on the branch that is asked for, by Slipway", async () => {
    await push({ branch: "release/next" });
    expect(remote.inRemote("for-each-ref", "--format=%(refname) %(authorname) %(committername)").trim()).toBe(
      "refs/heads/release/next Slipway Slipway",
    );
  });

  test("is pushed to a URL without headers, such as file://, all the same", async () => {
    const commit = await push({ cloneUrl: `file://${remote.path}` });
    expect(remote.inRemote("rev-parse", "main").trim()).toBe(commit);
  });

  test.each([
    ["app", true],
    ["charts", false],
    ["fluxcd", false],
  ] as const)("of the role %s keeps CI from starting: %s", async (role, skips) => {
    await push({ role });
    expect(remote.inRemote("log", "-1", "--format=%B", "main").includes("[skip ci]")).toBe(skips);
  });

  test("leaves no folder behind", async () => {
    const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("slipway-seed-"));
    process.env["TMPDIR"] = remote.folder;
    await push();
    await failure(push({ cloneUrl: join(remote.folder, "nowhere") }));
    expect(leftovers()).toEqual([]);
  });
});

describe("a branch that is there already", () => {
  test("is left as it is, and its head is the result", async () => {
    const theirs = remote.somebodyPushes();
    expect(await push()).toBe(theirs);
    expect(remote.inRemote("rev-list", "--all").trim()).toBe(theirs);
  });

  test("is that of the second of two pushes", async () => {
    const first = await push();
    expect(await push()).toBe(first);
  });

  test("is respected when it appears between the look and the push", async () => {
    remote.replaceGit(`
      case " $* " in *" push "*)
        "$GIT" -C "$REMOTE" -c user.name=a -c user.email=a@b commit-tree -m Theirs \\
          "$("$GIT" -C "$REMOTE" hash-object -t tree -w /dev/null)" > "$FOLDER/theirs"
        "$GIT" -C "$REMOTE" update-ref refs/heads/main "$(cat "$FOLDER/theirs")" 0000000000000000000000000000000000000000
      esac
      exec "$GIT" "$@"`);
    const result = await push();
    expect(remote.inRemote("rev-list", "--all").trim()).toBe(result);
    expect(remote.inRemote("log", "-1", "--format=%s", "main").trim()).toBe("Theirs");
  });
});

describe("the user's own configuration of Git", () => {
  test("has no effect: rewritten addresses, hooks, signatures, templates, credential helpers", async () => {
    const home = join(remote.folder, "home");
    mkdirSync(join(home, "hooks"), { recursive: true });
    const used = join(home, "used");
    for (const hook of ["pre-commit", "commit-msg", "pre-push", "helper"]) {
      writeFileSync(join(home, "hooks", hook), `#!/bin/sh\ntouch '${used}'\nexit 1\n`);
      chmodSync(join(home, "hooks", hook), 0o755);
    }
    const config = [
      ["url", `[url "/nowhere/"]\n\tinsteadOf = ${remote.folder}/\n\tpushInsteadOf = ${remote.folder}/`],
      ["core", `[core]\n\thooksPath = ${home}/hooks\n\tautocrlf = true`],
      ["init", `[init]\n\ttemplateDir = ${home}\n\tdefaultBranch = other`],
      ["commit", `[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = ${home}/hooks/helper`],
      ["credential", `[credential]\n\thelper = ${home}/hooks/helper`],
      ["user", "[user]\n\tname = The User\n\tuseConfigOnly = true"],
    ].map(([, text]) => text);
    writeFileSync(join(home, ".gitconfig"), `${config.join("\n")}\n`);
    Object.assign(process.env, {
      HOME: home,
      GIT_CONFIG_GLOBAL: join(home, ".gitconfig"),
      GIT_DIR: "/nowhere",
      GIT_AUTHOR_NAME: "The User",
      GIT_TEMPLATE_DIR: home,
      GIT_SSH_COMMAND: "false",
    });
    const commit = await push({ role: "app" });
    expect(remote.inRemote("log", "-1", "--format=%H %an %G?", "main").trim()).toBe(`${commit} Slipway N`);
    expect(existsSync(used)).toBe(false);
  });
});

describe("the token", () => {
  const server = { cloneUrl: "https://git.example:8443/acme/shop.git" };

  test("reaches Git as a header for the repository's server only, and by the environment only", async () => {
    remote.replaceGit('case " $* " in *" ls-remote "*|*" push "*) exit 128; esac; exec "$GIT" "$@"');
    await failure(push(server));
    const environment = remote.recorded("environment");
    expect(environment).toContain("GIT_CONFIG_KEY_0=http.https://git.example:8443/.extraHeader");
    expect(environment).toContain(`GIT_CONFIG_VALUE_0=Authorization: Basic ${basic}`);
    expect(environment).toContain("GIT_CONFIG_COUNT=1");
    expect(remote.recorded("arguments")).not.toContain(token);
    expect(remote.recorded("arguments")).not.toContain(basic);
  });

  test("is in no error, though Git should say it", async () => {
    remote.replaceGit(
      'case " $* " in *" ls-remote "*) env >&2; echo "x-access-token ' +
        `${token} $GIT_CONFIG_VALUE_0" >&2; exit 128; esac; exec "$GIT" "$@"`,
    );
    const text = await failure(push(server));
    expect(text).toContain("Authorization: Basic ***");
    expect(text).not.toContain(token);
    expect(text).not.toContain(basic);
  });

  test("is not given away where the address has no server", async () => {
    remote.replaceGit('exec "$GIT" "$@"');
    await push();
    expect(remote.recorded("environment")).not.toContain(basic);
  });

  test("and nothing else of the user's reaches Git", async () => {
    Object.assign(process.env, {
      GITHUB_TOKEN: "another",
      KUBECONFIG: "/k",
      SSH_AUTH_SOCK: "/s",
      GIT_TRACE: "1",
    });
    remote.replaceGit('exec "$GIT" "$@"');
    await push();
    expect(remote.recorded("environment")).not.toMatch(
      /^(GITHUB_TOKEN|KUBECONFIG|SSH_AUTH_SOCK|GIT_TRACE)=/m,
    );
  });
});

describe("a push that cannot be", () => {
  test("is tried again, then says where, what Git said and what to do", async () => {
    remote.replaceGit('case " $* " in *" push "*) echo "remote: denied" >&2; exit 1; esac; exec "$GIT" "$@"');
    const text = await failure(push());
    expect(text).toContain(`could not be pushed to ${remote.path}, branch main, in 2 attempts`);
    expect(text).toContain("remote: denied");
    expect(text).toContain("run `pulumi up` again");
    expect(remote.recorded("arguments").match(/^push$/gm)).toHaveLength(2);
  });

  test("succeeds where the repository answers a moment later", async () => {
    remote.replaceGit(`
      case " $* " in *" ls-remote "*)
        [ -e "$FOLDER/tried" ] || { touch "$FOLDER/tried"; exit 128; }
      esac
      exec "$GIT" "$@"`);
    expect(await push()).toBe(remote.inRemote("rev-parse", "main").trim());
  });

  test("for want of Git says so at once", async () => {
    process.env["PATH"] = join(remote.folder, "empty");
    const text = await failure(push());
    expect(text).toContain("Git is not on PATH: install it");
  });

  test("for want of a right seed touches nothing", async () => {
    remote.replaceGit('exec "$GIT" "$@"');
    const text = await failure(push({ values: { ...values, app: "No App" } }));
    expect(text).toContain("The seed of the fluxcd repository cannot be made");
    expect(existsSync(join(remote.folder, "arguments"))).toBe(false);
  });
});
