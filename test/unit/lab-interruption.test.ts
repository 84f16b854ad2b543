import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const module = fileURLToPath(new URL("../../lab/interruption.ts", import.meta.url));

/** Runs a script that has an `Interruption`, sends it signals when it says `now`, and tells how it ended. */
async function run(script: string, signal: NodeJS.Signals): Promise<{ code: number | null; said: string }> {
  const begin = `import { Interruption } from ${JSON.stringify(module)};
    const say = (line) => console.log(line);
    const interruption = new Interruption(say);
    const { signal } = interruption;
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", begin + script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    if (chunk.toString().includes("now")) child.kill(signal);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, said };
}

/** Keeps the process until it is told otherwise. */
const stay = `const keep = setInterval(() => {}, 1000);`;

describe("a command that is interrupted", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("by %s can end in order, with exit code %d", async (signal, code) => {
    const script = `${stay} say("now"); await aborted; say("in order"); process.exit(signal.reason.exitCode);`;
    const ended = await run(script, signal);
    expect(ended.said).toMatch(/Interrupted: [^]*in order/);
    expect(ended.code).toBe(code);
  });

  test("and interrupted once more ends at once", async () => {
    const script = `${stay} say("now"); await aborted; await sleep(600); say("now"); await sleep(60000);`;
    expect((await run(script, "SIGINT")).code).toBe(130);
  });

  test("takes a Ctrl-C that npm passes on for the one that the terminal has sent", async () => {
    const script = `${stay} say("now"); await aborted; process.kill(process.pid, "SIGINT"); await sleep(100); process.exit(5);`;
    expect((await run(script, "SIGINT")).code).toBe(5);
  });

  test("hands every signal to the work that wants them, and does not end meanwhile", async () => {
    const script = `${stay}
      let count = 0;
      await interruption.during((name) => say(name + ++count), async () => {
        say("now"); await aborted; await sleep(600); say("now"); await sleep(600);
      });
      say(String(signal.aborted)); process.exit(6);`;
    const ended = await run(script, "SIGINT");
    expect(ended.said).toMatch(/SIGINT1[^]*SIGINT2[^]*true/);
    expect(ended.code).toBe(6);
  });
});
