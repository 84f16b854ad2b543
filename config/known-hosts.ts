/** A Git host's SSH keys, in the form of known_hosts: https://man.openbsd.org/sshd.8#SSH_KNOWN_HOSTS_FILE_FORMAT */

const keyTypes = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
];

/** What is wrong with a text that should have the form of known_hosts, and what to write; undefined when it is right. */
export function knownHostsProblem(text: string): string | undefined {
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, fields: line.trim().split(/\s+/) }))
    .filter(({ fields: [first = ""] }) => first !== "" && !first.startsWith("#"));
  if (lines.length === 0) return "has no key: write lines of known_hosts, as ssh-keyscan prints them";
  for (const { number, fields } of lines) {
    const problem = lineProblem(fields[0]?.startsWith("@") === true ? fields.slice(1) : fields);
    if (problem !== undefined) return `has no host key in line ${number}: ${problem}`;
  }
  return undefined;
}

function lineProblem([host = "", type = "", body = ""]: string[]): string | undefined {
  if (keyTypes.includes(host)) {
    return `it begins with the key, as in a .pub file: write the host's name before it, as in "git.example.com ${host} AAAA…"`;
  }
  if (!keyTypes.includes(type)) {
    return `expected a host, a key type and a key, as in "git.example.com ssh-ed25519 AAAA…"; key types are ${keyTypes.join(", ")}`;
  }
  return keyTypeOf(body) === type
    ? undefined
    : `what follows ${type} is no key of that type: copy the line again`;
}

/** The type that a key itself begins with, after that text's length: https://www.rfc-editor.org/rfc/rfc4253#section-6.6 */
function keyTypeOf(body: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return undefined;
  const bytes = Buffer.from(body, "base64");
  return bytes.length < 4 ? undefined : bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString("latin1");
}

/** How to get the keys of a host that has none built in. */
export function knownHostsAdvice(baseUrl: unknown): string {
  const host = hostOf(baseUrl);
  return (
    `is missing: only the keys of github.com and gitlab.com are built in. Get those of ${host} with "ssh-keyscan ${host}", compare their ` +
    "fingerprints (ssh-keygen -lf) with those that its administrators give you by another way, and set the lines here " +
    "or in SLIPWAY_KNOWN_HOSTS"
  );
}

/** An Enterprise server has its API at its own name; in the cloud with data residency, below `api.`. */
function hostOf(baseUrl: unknown): string {
  const url = typeof baseUrl === "string" && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  return url?.hostname.replace(/^api\./, "") ?? "git.example.com";
}
