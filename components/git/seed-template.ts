/**
 * Placeholders of seeds: `%{slipway.name}`. The syntax is that of none of the languages that seeds are written in:
 * Helm has `{{ name }}`, GitHub `${{ name }}`, shell, Maven and Spring `${name}`, YAML directives `%NAME`.
 */
const placeholder = /%\{slipway\.([^}\s]*)\}/g;

/** What is left of a placeholder that nobody closed, or that has a blank in it. */
const broken = /%\{\s*slipway[^\n]{0,20}/;

/** The names of the placeholders in a text, each once, in the order of their first use. */
export function placeholderNames(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(placeholder), (match) => match[1] ?? ""))];
}

/**
 * The text with every placeholder replaced by its value.
 *
 * @param text what to fill
 * @param values the values by name
 * @param problems takes a sentence for each placeholder that has no value, and for each that is malformed
 */
export function fillPlaceholders(
  text: string,
  values: Readonly<Record<string, string>>,
  problems: (problem: string) => void,
): string {
  for (const name of placeholderNames(text)) {
    if (!Object.hasOwn(values, name)) {
      problems(`%{slipway.${name}} is no placeholder. There are: ${Object.keys(values).join(", ")}.`);
    }
  }
  const filled = text.replace(placeholder, (whole, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? whole) : "",
  );
  const rest = broken.exec(filled);
  if (rest) problems(`${JSON.stringify(rest[0])} is a malformed placeholder: write %{slipway.name}.`);
  return filled;
}
