/** Forms of a Git repository's address. */

/**
 * An SSH address as a URL. Hosts give the short form of scp (`git@github.com:acme/web.git`), which
 * Flux does not take: https://fluxcd.io/flux/components/source/gitrepositories/#url
 */
export function sshUrl(address: string): string {
  if (address.includes("://")) return address;
  const short = /^([^@/]+@[^:/]+):(?!\/)(.+)$/.exec(address);
  if (short === null) throw new Error(`"${address}" is not the SSH address of a repository`);
  return `ssh://${short[1] ?? ""}/${short[2] ?? ""}`;
}
