/**
 * Annotation of an object that owns no others, by which the provider deletes it at once:
 * https://github.com/pulumi/pulumi-kubernetes/blob/v4.32.0/provider/pkg/metadata/overrides.go
 *
 * By default the provider deletes in the foreground: the garbage collector has to look at the object first, and lets it go
 * when nothing is left that it owns. The collector learns of new kinds every 30 s only, so that an object of a kind which
 * has just been installed stays that long. Finalizers are awaited either way.
 *
 * Not for what owns others, as a Deployment its pods: their end would not be awaited.
 */
export const ownsNothing = { "pulumi.com/deletionPropagationPolicy": "background" } as const;
