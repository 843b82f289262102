/* oxlint-disable typescript/no-unsafe-type-assertion -- the token is a JSON string */
/**
 * The first key that some object of a valid JSON text has twice, or undefined. `JSON.parse` keeps
 * the last of them silently, so two readers could see two files in one.
 */
export function duplicateKey(json: string): string | undefined {
  // One set of keys for each object that is open; undefined for an array.
  const open: (Set<string> | undefined)[] = [];
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;
  for (const match of json.matchAll(token)) {
    const [text] = match;
    if (text === '{') open.push(new Set());
    else if (text === '[') open.push(undefined);
    else if (text === '}' || text === ']') open.pop();
    else {
      const keys = open.at(-1);
      if (keys === undefined || !isKey(json, match.index + text.length)) continue;
      const key = JSON.parse(text) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

function isKey(json: string, end: number): boolean {
  let i = end;
  while (json[i] === ' ' || json[i] === '\n' || json[i] === '\r' || json[i] === '\t') i++;
  return json[i] === ':';
}
