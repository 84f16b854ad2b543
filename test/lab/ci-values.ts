/** Values of CI in their long forms, for the stack's app and for the owner of its repositories: the same on either host. */
const secret = { from: "REGISTRY_PASSWORD" };

/** Of the app: a variable with another value in an environment, and a secret of that environment. */
export const ofApp = {
  variables: {
    REGISTRY_USER: "acme-ci",
    COLOUR: [{ value: "blue" }, { value: "red", environment: "production", protected: true }],
  },
  secrets: ["REGISTRY_PASSWORD", { name: "DATABASE_PASSWORD", ...secret, environment: "production" }],
};

/** Of the organisation or group. */
export const ofOwner = {
  variables: { TEAM: "platform" },
  secrets: [{ name: "TEAM_TOKEN", ...secret }],
};
