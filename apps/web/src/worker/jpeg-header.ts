/** Start of scan: after it comes the picture itself. */
const scan = 0xda;

/** [width, height] of a JPEG, or undefined where its frame is not within the head. */
export function jpegSize(head: DataView): readonly [number, number] | undefined {
  const frame = segments(head).find(({ marker }) => isFrame(marker));
  if (frame === undefined) return undefined;
  return [head.getUint16(frame.start + 7), head.getUint16(frame.start + 5)];
}

/** Where the picture's data begin, or undefined where that is not within the head. */
export function jpegScan(head: DataView): number | undefined {
  return segments(head).find(({ marker }) => marker === scan)?.start;
}

interface Segment {
  readonly marker: number;
  readonly start: number;
}

/** The segments up to the first scan, as far as the head goes. */
function segments(head: DataView): Segment[] {
  const found: Segment[] = [];
  let start = 2;
  while (start + 4 <= head.byteLength && head.getUint8(start) === 0xff) {
    const marker = head.getUint8(start + 1);
    // Any number of 0xff may fill up before a marker.
    if (marker === 0xff) {
      start++;
      continue;
    }
    found.push({ marker, start });
    if (marker === scan) break;
    start += 2 + head.getUint16(start + 2);
  }
  return found;
}

/** SOF0 to SOF15, but for the three numbers among them that stand for tables. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
