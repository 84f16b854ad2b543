/** What a test of a host works with besides the host: files, git and keys of clients. Nothing that serves loads this. */
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateEd25519Key } from "../ssh-keys/private-key.ts";
import { gitEnvironment } from "./git-command.ts";
import type { ServedHost } from "./host-server.ts";

/** How a command ended. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Clients of a host, whose files are in one folder. */
export abstract class TestClients {
  readonly directory: string;
  abstract readonly host: ServedHost;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** A folder for a client's files. */
  async folder(name: string): Promise<string> {
    const path = join(this.directory, name);
    await mkdir(path, { recursive: true });
    return path;
  }

  /** Runs git as a client of nobody's configuration. */
  git(folder: string, args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> {
    const identity = [
      "-c",
      "user.name=Test",
      "-c",
      "user.email=test@example.com",
      "-c",
      "init.defaultBranch=main",
    ];
    return run("git", ["-C", folder, ...identity, ...args], gitEnvironment(env));
  }

  /** As `git`, and fails when it does. */
  async gitOk(folder: string, args: readonly string[], env?: Record<string, string>): Promise<string> {
    const { exitCode, stderr, stdout } = await this.git(folder, args, env);
    if (exitCode !== 0) throw new Error(`git ${args.join(" ")} ended with ${String(exitCode)}: ${stderr}`);
    return stdout.trim();
  }

  /** A folder with one commit on `main`. */
  async working(
    name: string,
    files: Readonly<Record<string, string | Buffer>> = { "README.md": "hello\n" },
  ): Promise<string> {
    const path = await this.folder(name);
    for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), content);
    await this.gitOk(path, ["init", "--quiet"]);
    await this.gitOk(path, ["add", "."]);
    await this.gitOk(path, ["commit", "--quiet", "-m", "first"]);
    return path;
  }

  /** A new key pair: the public key, and the environment that lets git and ssh use the private one. */
  async key(name: string): Promise<{ publicKey: string; file: string; env: Record<string, string> }> {
    const pair = await generateEd25519Key();
    const file = join(await this.folder("keys"), name);
    await writeFile(file, pair.privateKeyOpenssh, { mode: 0o600 });
    return {
      publicKey: pair.publicKeyOpenssh.trim(),
      file,
      env: { GIT_SSH_COMMAND: ["ssh", ...this.sshOptions(file)].join(" ") },
    };
  }

  /** What ssh needs to talk to the host with one key, and nothing of the machine's own. */
  sshOptions(keyFile: string): string[] {
    const options = {
      IdentitiesOnly: "yes",
      IdentityAgent: "none",
      BatchMode: "yes",
      StrictHostKeyChecking: "yes",
      UserKnownHostsFile: this.host.knownHostsFile,
      GlobalKnownHostsFile: "/dev/null",
    };
    return [
      "-F",
      "none",
      "-i",
      keyFile,
      ...Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
    ];
  }
}

/** Runs a command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<CommandResult> {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { exitCode, stdout, stderr };
}
