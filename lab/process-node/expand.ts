/**
 * Expands `$(NAME)` from the environment as the kubelet does in commands, arguments and values: an unknown name stays
 * as it is written, and `$$(NAME)` is a way to write `$(NAME)` itself.
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/
 */
export function expand(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^()]+)\)/g, (found, name: string | undefined) =>
    name === undefined ? "$" : (environment[name] ?? found),
  );
}
