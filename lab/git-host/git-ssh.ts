/** Git over SSH: the user `git`, a key that the host knows, and the two commands of Git's protocol. */
import type { AddressInfo } from "node:net";
import ssh2 from "ssh2";
import type { AuthContext, CipherAlgorithm, Connection, ServerChannel, Session } from "ssh2";
import type { AccessLog } from "./access-log.ts";
import type { GitSshAccess, SshClient } from "./git-access.ts";
import { parseGitCommand } from "./git-ssh-command.ts";
import { GitSshProcess } from "./git-ssh-process.ts";
import type { Repositories } from "./repositories.ts";

/** What the SSH side needs of the host. */
export interface GitSshOptions {
  /** Private ed25519 key in OpenSSH's form. */
  readonly hostKey: string;
  readonly repositories: Repositories;
  readonly access: GitSshAccess;
  readonly log: AccessLog;
}

/** Ciphers that Node has built in; with ssh2's own ChaCha20, which OpenSSH prefers, a large pack takes many times as long. */
const ciphers: CipherAlgorithm[] = [
  "aes128-gcm@openssh.com",
  "aes256-gcm@openssh.com",
  "aes128-ctr",
  "aes256-ctr",
];

/** The SSH server. */
export class GitSsh {
  readonly #options: GitSshOptions;
  readonly #server: ssh2.Server;
  readonly #connections = new Set<Connection>();

  constructor(options: GitSshOptions) {
    this.#options = options;
    this.#server = new ssh2.Server(
      { hostKeys: [options.hostKey], ident: "slipway-lab", algorithms: { cipher: ciphers } },
      (connection) => this.#greet(connection),
    );
  }

  /**
   * Listens on 127.0.0.1.
   *
   * @param port 0 takes any free one
   * @returns the port
   */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Stops listening and ends every connection. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.end();
    await closed;
  }

  #greet(connection: Connection): void {
    const { log } = this.#options;
    let client: SshClient | undefined;
    this.#connections.add(connection);
    connection.once("close", () => this.#connections.delete(connection));
    // A client that goes away without a farewell is no failure of the host.
    connection.on("error", () => undefined);
    connection.on("authentication", (context) => {
      const offered = this.#recognise(context);
      if (offered === undefined) {
        if (context.method !== "none") log.note("ssh", "authenticate", context.method, "refused");
        context.reject(["publickey"]);
        return;
      }
      client = offered;
      context.accept();
    });
    connection.on("session", (accept) => {
      if (client !== undefined) this.#serve(accept(), client);
    });
  }

  /** Whoever holds the key that a client shows and, in the second step, proves to hold. */
  #recognise(context: AuthContext): SshClient | undefined {
    if (context.method !== "publickey" || context.username !== "git") return undefined;
    const client = this.#options.access.client(sshKeyType(context.key.data), context.key.data);
    if (client === undefined || context.signature === undefined || context.blob === undefined) return client;
    const parsed = ssh2.utils.parseKey(client.key);
    if (parsed instanceof Error) return undefined;
    // An Error where the signature cannot be read, whatever the types say.
    const verified: unknown = parsed.verify(context.blob, context.signature, context.hashAlgo);
    return verified === true ? client : undefined;
  }

  #serve(session: Session, client: SshClient): void {
    let protocol: string | undefined;
    session.on("env", (accept, reject, { key: name, val: value }: { key: string; val: string }) => {
      if (name === "GIT_PROTOCOL") protocol = value;
      // Undefined when the client wants no answer.
      const answer = (name === "GIT_PROTOCOL" ? accept : reject) as (() => void) | undefined;
      answer?.();
    });
    session.on("exec", (accept, _reject, { command }) => {
      void this.#execute(accept(), client, command, protocol);
    });
    session.on("shell", (accept) => {
      this.#options.log.note("ssh", "shell", "-", "refused");
      refuse(accept(), client.greeting);
    });
  }

  async #execute(
    channel: ServerChannel,
    client: SshClient,
    text: string,
    protocol: string | undefined,
  ): Promise<void> {
    const { access, log, repositories } = this.#options;
    const command = parseGitCommand(text);
    if (command === undefined) {
      log.note("ssh", "command", "-", "refused");
      refuse(channel, "Invalid command: only git-upload-pack and git-receive-pack are served.");
      return;
    }
    const path = `/${command.owner}/${command.name}`;
    try {
      const verdict = await client.judge(command);
      if ("refusal" in verdict) {
        log.note("ssh", command.service, path, "refused");
        refuse(channel, access.banner(verdict.refusal));
        return;
      }
      const { repository, environment } = verdict;
      const process = new GitSshProcess(channel, command.service, repositories.path(repository), {
        protocol,
        environment,
      });
      const pushes = command.service === "git-receive-pack";
      if (pushes) await repositories.observe(repository);
      const exitCode = await process.run();
      // The client's command ends only when the push has been noted.
      if (pushes) await repositories.settle(repository);
      log.note("ssh", command.service, path, exitCode);
      process.finish(exitCode);
    } catch (error) {
      log.failure(`ssh ${command.service} ${path}`, error);
      refuse(channel, access.banner("The Git host failed; its log says why."));
    }
  }
}

function refuse(channel: ServerChannel, text: string): void {
  channel.stderr.end(`${text}\n`, () => {
    channel.exit(1);
    channel.end();
  });
  channel.resume();
}

/** The type that stands in front of a key's blob; the algorithm that a client names may be one of its signature's. */
function sshKeyType(blob: Buffer): string {
  if (blob.length < 4) return "";
  return blob.subarray(4, 4 + blob.readUInt32BE(0)).toString("latin1");
}
