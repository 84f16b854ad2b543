/** The folder where the host keeps everything: secrets readable by their owner alone. */
import { chmod, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import ssh2 from "ssh2";
import { generateEd25519Key } from "../ssh-keys/private-key.ts";
import { writeAtomically } from "../files.ts";

/** What the host has in its folder. */
export interface DataDirectory {
  /** The administrator's token; in the file `token`. */
  readonly token: string;
  /** The host's private ed25519 key, in OpenSSH's form; in the file `ssh_host_ed25519_key`. */
  readonly hostKey: string;
  /** Its public half, type and blob. */
  readonly hostPublicKey: string;
  /** The JSON store. */
  readonly storeFile: string;
  /** The bare repositories. */
  readonly repositories: string;
}

/**
 * Opens the folder, making on the first start what it lacks.
 *
 * @param newToken makes the administrator's token
 */
export async function openDataDirectory(directory: string, newToken: () => string): Promise<DataDirectory> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  const token = (await kept(join(directory, "token"), () => `${newToken()}\n`)).trim();
  const hostKey = await kept(join(directory, "ssh_host_ed25519_key"), newHostKey);
  return {
    token,
    hostKey,
    hostPublicKey: publicHalf(hostKey),
    storeFile: join(directory, "store.json"),
    repositories: join(directory, "repositories"),
  };
}

/** Writes `known_hosts` for clients of the SSH port. */
export async function writeKnownHosts(
  directory: string,
  sshPort: number,
  hostPublicKey: string,
): Promise<void> {
  await writeAtomically(join(directory, "known_hosts"), `[127.0.0.1]:${sshPort} ${hostPublicKey}\n`);
}

async function kept(file: string, make: () => string | Promise<string>): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const content = await make();
    await writeAtomically(file, content);
    return content;
  }
}

/**
 * A new host key. Not ssh2's own generator: that of 1.17 drops the leading zeros of a key, so that one
 * in some 300 cannot be read again.
 */
async function newHostKey(): Promise<string> {
  return (await generateEd25519Key()).privateKeyOpenssh;
}

function publicHalf(hostKey: string): string {
  const key = ssh2.utils.parseKey(hostKey);
  if (key instanceof Error) throw new Error(`The SSH host key cannot be read: ${key.message}`);
  return `${key.type} ${key.getPublicSSH().toString("base64")}`;
}
