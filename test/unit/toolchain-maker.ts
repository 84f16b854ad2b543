import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Endpoints } from "../../toolchain/downloads.ts";
import { Network } from "../../toolchain/network.ts";
import { Progress } from "../../toolchain/progress.ts";
import type { EnsureOptions } from "../../toolchain/resolve.ts";

/** What a maker's server answers at a path; a status alone, or a body. */
export type Answer = number | string | Buffer;

/** No answer, ever. */
export const hang = 0;

/** A local server that stands for all makers, a machine with a Go that only pretends, and a log of what was said. */
export class Maker {
  readonly answers = new Map<string, Answer>();
  readonly asked: string[] = [];
  readonly said: string[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), "slipway-toolchain-"));
  readonly bin = join(this.folder, "bin");
  url = "";
  #server: Server | undefined;

  static async start(): Promise<Maker> {
    const maker = new Maker();
    const server = createServer((request, response) => {
      const path = request.url ?? "/";
      maker.asked.push(`${request.method ?? ""} ${path}`);
      const answer = maker.answers.get(path) ?? maker.answers.get("*") ?? (path === "/" ? 200 : 404);
      if (answer === hang) return;
      response.statusCode = typeof answer === "number" ? answer : 200;
      response.end(typeof answer === "number" ? "" : answer);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    maker.#server = server;
    maker.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    mkdirSync(maker.bin);
    return maker;
  }

  /** From now on the server's port refuses connections. */
  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** Ends the server and removes the folder. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Options under which nothing but this folder, this server and the system's own commands exist. */
  options(env: NodeJS.ProcessEnv = {}, url: string = this.url): EnsureOptions {
    const endpoints: Endpoints = {
      pulumi: url,
      github: url,
      githubApi: url,
      kubernetes: url,
      helm: url,
      registry: url,
    };
    return {
      endpoints,
      network: new Network({ connectMs: 20_000, stallMs: 20_000, env: {} }),
      platform: { os: "linux", arch: "amd64" },
      progress: new Progress({ stream: { write: (text) => this.said.push(text) }, live: false }),
      env: {
        PATH: `${this.bin}:/usr/bin:/bin`,
        HOME: this.folder,
        SLIPWAY_CACHE: join(this.folder, "cache"),
        ...env,
      },
    };
  }

  /** Puts an executable script on PATH. */
  script(name: string, body: string): string {
    const file = join(this.bin, name);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** A `go` that answers `go env`, and whose builds write a file; or fail with what `build` does. */
  fakeGo(version = "go1.26.8", build = 'echo "#!/bin/sh" > "$out"'): void {
    const settings = JSON.stringify({
      GOVERSION: version,
      GOTOOLCHAIN: "local",
      GOPROXY: "https://user:secret@proxy.example",
      GOMODCACHE: join(this.folder, "modules"),
      GOCACHE: join(this.folder, "gocache"),
    });
    this.script(
      "go",
      [
        `if [ "$1" = env ]; then echo '${settings}'; exit 0; fi`,
        `echo "$@" >> '${this.folder}/builds'`,
        'while [ $# -gt 0 ]; do if [ "$1" = -o ]; then out="$2"; fi; shift; done',
        build,
      ].join("\n"),
    );
  }

  /** The `go build` calls so far. */
  get builds(): string[] {
    try {
      return readFileSync(join(this.folder, "builds"), "utf8").trim().split("\n");
    } catch {
      return [];
    }
  }

  /** A tar.gz with these files. */
  archive(files: Readonly<Record<string, string>>): Buffer {
    const folder = mkdtempSync(join(this.folder, "tar-"));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(join(folder, name), text, { mode: 0o755 });
    }
    const names = Object.keys(files);
    return execFileSync("tar", ["-cz", "-C", folder, ...names]);
  }
}

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
