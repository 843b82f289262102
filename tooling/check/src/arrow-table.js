import { arrows } from './arrows.js';

const [begin, end] = ['<!-- arrows: from tooling/check/src/arrows.js -->', '<!-- /arrows -->'];

/** The arrows as a table in Markdown. */
function arrowTable() {
  const rows = Object.entries(arrows).map(([folder, { what, ours, node }]) => {
    const where = node ? 'Node' : folder.startsWith('apps/') ? 'browser' : 'anywhere';
    return [`\`${folder}\``, where, what, ours.join(', ') || 'nothing of ours'];
  });
  const head = ['folder', 'runs in', 'what it is', 'may import'];
  const widths = head.map((_, i) =>
    Math.max(...[head, ...rows].map((row) => (row[i] ?? '').length)),
  );
  /** @param {readonly string[]} cells */
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/**
 * A guide with its table of arrows as they are now.
 *
 * @param {string} guide
 * @throws {Error} where it has no place for one
 */
export function withArrowTable(guide) {
  const [from, to] = [guide.indexOf(begin), guide.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`CONTRIBUTING.md: expected ${begin} and ${end}`);
  return `${guide.slice(0, from)}${begin}\n\n${arrowTable()}\n\n${guide.slice(to)}`;
}
