import type { StateDict } from './state-dict.ts';

/** What wrappers put before every name: torch's data parallelism and `compile`, and Lightning. */
const prefixes = ['module.', '_orig_mod.', 'model.'] as const;

/**
 * A state dict without what a wrapper put before each of its names (`module.conv1.weight`); the
 * same one where not all names have it. Data are shared.
 *
 * @returns the prefix as well: '' where there was none
 */
export function stripPrefix(state: StateDict): { state: StateDict; prefix: string } {
  let names = [...state.keys()];
  let prefix = '';
  for (;;) {
    const found = prefixes.find((wrapper) => names.every((name) => name.startsWith(wrapper)));
    if (found === undefined || names.length === 0) break;
    names = names.map((name) => name.slice(found.length));
    prefix += found;
  }
  if (prefix === '') return { state, prefix };
  const stripped = [...state].map(([name, tensor]) => [name.slice(prefix.length), tensor] as const);
  return { state: new Map(stripped), prefix };
}
