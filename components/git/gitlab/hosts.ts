/** Facts about GitLab's hosts. */

/** Address of gitlab.com. */
export const publicGitLab = "https://gitlab.com/";

/**
 * SSH host keys of gitlab.com in the form of known_hosts.
 * Source: https://docs.gitlab.com/user/gitlab_com/#ssh-known_hosts-entries
 */
export const gitlabKnownHosts = [
  "gitlab.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAfuCHKVTjquxvt6CM6tdG4SLp1Btn/nOeHHE5UOzRdf",
  "gitlab.com ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBFSMqzJeV9rUzU4kWitGjeR4PWSa29SPqJ1fVkhtj3Hw9xjLVXVYrU9QlYWrOLXBpQ6KWjbjTDTdDkoohFzgbEY=",
  "",
].join("\n");
