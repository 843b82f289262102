/** Whether a dotted path is, or lies under, one of the prefixes: `layer1` has `layer1.0.bn1`. */
export function matchesPrefix(path: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}.`));
}
