/** Names of the CI variables and secrets that Slipway sets: the pipelines in `repositories/` read them. */
export const ciNames = {
  variables: ["IMAGE_REPO", "IMAGE_NAME", "CHARTS_URL", "FLUXCD_URL", "GIT_KNOWN_HOSTS"],
  secrets: ["CHARTS_DEPLOY_KEY", "FLUXCD_DEPLOY_KEY", "FLUXCD_TOKEN"],
} as const;

/** A CI variable that Slipway sets. */
export type CiVariable = (typeof ciNames.variables)[number];

/** A CI secret that Slipway sets. */
export type CiSecret = (typeof ciNames.secrets)[number];
