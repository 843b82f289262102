/** Fifty thousand tensors of a header, at ten values each; the deepest ResNets have fewer than ten thousand. */
const mostValues = 2 ** 19;

/** What is read here nests five deep. */
const mostNested = 64;

/**
 * What an untrusted JSON text says. `JSON.parse` makes up to sixty bytes in memory of each in a
 * text of brackets. What nests deeply overflows the stack as soon as an error shows it. So both are
 * checked before.
 *
 * @throws {SyntaxError} when it is no JSON, has more than half a million values, or nests deeply
 */
export function parseJson(text: string): unknown {
  checkExtent(text);
  return JSON.parse(text);
}

function checkExtent(text: string): void {
  // Each value but an object's or list's first comes after a comma.
  let values = 0;
  let nested = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '"':
        i = endOfString(text, i) - 1;
        break;
      case ',':
        values++;
        break;
      case '{':
      case '[':
        values++;
        nested++;
        break;
      case '}':
      case ']':
        nested--;
        break;
      default:
    }
    if (values > mostValues) throw new SyntaxError(`it has more than ${mostValues} values`);
    if (nested > mostNested) throw new SyntaxError(`it nests more than ${mostNested} deep`);
  }
}

/**
 * Where a string ends that begins at `start`, its quotes included. By hand: a regular expression
 * with an alternative a character overflows the stack on a string of some megabytes.
 */
export function endOfString(json: string, start: number): number {
  let i = start + 1;
  while (i < json.length && json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
  return i + 1;
}
