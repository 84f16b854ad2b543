import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exported, firstOnPath, quoted } from "../../lab/shell.ts";

const shells = ["/bin/sh", "/bin/bash", "/bin/zsh"].filter((shell) => existsSync(shell));

/** What a shell prints that runs a script, with an environment of its own. */
const output = (shell: string, script: string, env: Record<string, string> = {}): string =>
  execFileSync(shell, ["-c", script], {
    encoding: "utf8",
    // bash reads its start-up files where its input is a socket.
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: "/usr/bin:/bin", ...env },
  });

describe.each(shells)("%s", (shell) => {
  test("takes a quoted word as it is, whatever is in it", () => {
    const text = fc
      .string({ unit: "binary", maxLength: 40 })
      .filter((value) => !/[\0\ud800-\udfff]/.test(value));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), (words) => {
        const script = `printf '%s\\0' ${words.map(quoted).join(" ")} end`;
        expect(output(shell, script).split("\0")).toEqual([...words, "end", ""]);
      }),
      { numRuns: 20 },
    );
  });

  test("has an exported variable after eval, with quotes and line ends", () => {
    const value = `it's "two"\n$lines \\ #`;
    expect(
      output(shell, `eval "$LINES_OF"; sh -c 'printf %s "$NAME"'`, { LINES_OF: exported("NAME", value) }),
    ).toBe(value);
  });

  test("gets folders first on PATH once, however often it evaluates the line", () => {
    const script = `eval "$LINE"; eval "$LINE"; printf %s "$PATH"`;
    const path = output(shell, script, { LINE: firstOnPath(["/the lab's/bin", "/b"]) });
    expect(path).toBe("/the lab's/bin:/b:/usr/bin:/bin");
  });

  test("gets folders to the front that are further back", () => {
    const env = { LINE: firstOnPath(["/lab/bin"]), PATH: "/usr/bin:/bin:/lab/bin" };
    expect(output(shell, `eval "$LINE"; printf %s "$PATH"`, env)).toBe("/lab/bin:/usr/bin:/bin:/lab/bin");
  });
});
