/* oxlint-disable typescript/no-unsafe-type-assertion -- the token is a JSON string */
import { endOfString } from '../../untrusted-json.ts';

/**
 * The first key that some object of a valid JSON text has twice, or undefined. `JSON.parse` keeps
 * the last of them silently, so two readers could see two files in one.
 */
export function duplicateKey(json: string): string | undefined {
  // One set of keys for each object that is open; undefined for an array.
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(json, i);
      const keys = open.at(-1);
      if (keys !== undefined && isKey(json, end)) {
        const key = JSON.parse(json.slice(i, end)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      i = end - 1;
    }
  }
  return undefined;
}

function isKey(json: string, end: number): boolean {
  let i = end;
  while (json[i] === ' ' || json[i] === '\n' || json[i] === '\r' || json[i] === '\t') i++;
  return json[i] === ':';
}
