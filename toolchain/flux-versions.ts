/** A version of Flux that Slipway knows the release manifest of. */
export interface FluxVersion {
  /**
   * SHA-256 of the canonical form of all objects (flux-objects.ts), so that a downloaded manifest and an assembled
   * one are held against the same.
   */
  readonly sha256: string;
  /** Components of the release that are left out, since their modules are served by nobody. */
  readonly without: readonly string[];
}

/** The version that is installed unless a stack says otherwise. */
export const defaultFluxVersion = "v2.9.3";

/**
 * The known versions, https://github.com/fluxcd/flux2/releases. What is assembled for v2.9.3 is the release's file to
 * the byte (SHA-256 aa0bd71dbc4bed916b9cafa850c4618f341c74c580832c613dca04a067ee7281).
 */
export const fluxVersions: Readonly<Record<string, FluxVersion>> = {
  "v2.9.3": { sha256: "d806ffd8f60619f84e997a04525d8e36957b0a2a7ab12ba027c800184ed7f011", without: [] },
  "v2.9.4": {
    sha256: "c956d404aa7eae73fc149cdbc12b0e288cf8f13a37f7c1ad3f24ace0b311fec5",
    without: ["source-watcher"],
  },
};
