import type { NamedSource } from './model-session.ts';

/**
 * The model at an address that was typed: absolute, or relative to the page.
 *
 * @param text the address of a run folder, or of its config.json
 */
export function modelAddress(
  text: string,
  base: string,
): NamedSource | { readonly problem: string } {
  const trimmed = text.trim();
  if (trimmed === '') return { problem: 'Type the address of a run folder.' };
  if (!URL.canParse(trimmed, base)) {
    return { problem: 'This is no address. One begins with https:// or /.' };
  }
  const url = new URL(trimmed, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { problem: `Models come by https, not by ${url.protocol.replace(':', '')}.` };
  }
  const parts = url.pathname.split('/').filter((part) => part !== '' && part !== 'config.json');
  return { name: decode(parts.at(-1) ?? url.host), source: url };
}

/** The model that the page's own address asks for (`?model=models/flowers/`): of its origin only. */
export function linkedModel(address: string): NamedSource | undefined {
  const page = new URL(address);
  const asked = page.searchParams.get('model');
  if (!asked) return undefined;
  const model = modelAddress(asked, address);
  if ('problem' in model || !(model.source instanceof URL)) return undefined;
  return model.source.origin === page.origin ? model : undefined;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
