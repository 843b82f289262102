import { h } from '../../dom.ts';
import { byId, icon } from '../lib/dom.ts';
import type { Problem } from '../problems.ts';

/** At most this many messages stand above the page; the oldest goes. */
const most = 3;

/** Shows a message above the page until it is closed. The same message again replaces the first. */
export function notify(
  problem: Problem,
  {
    kind = 'error',
    actions = [],
  }: { kind?: 'error' | 'note'; actions?: readonly HTMLElement[] } = {},
): () => void {
  const list = byId('notices');
  const close = h(
    'button',
    { type: 'button', class: 'icon-button' },
    icon('close'),
    h('span', { class: 'visually-hidden' }, 'Close this message'),
  );
  const notice = h(
    'div',
    { class: `notice ${kind}`, role: kind === 'error' ? 'alert' : 'status' },
    icon('alert'),
    noticeText(problem),
    ...actions,
    close,
  );
  notice.dataset['title'] = problem.title;
  const remove = (): void => {
    const focused = notice.contains(document.activeElement);
    notice.remove();
    if (focused) byId('main').focus();
  };
  close.addEventListener('click', remove);
  for (const other of Array.from(list.children)) {
    if (other instanceof HTMLElement && other.dataset['title'] === problem.title) other.remove();
  }
  list.append(notice);
  while (list.children.length > most) list.firstElementChild?.remove();
  return remove;
}

export function noticeText({ title, text }: Problem): HTMLElement {
  return h('div', { class: 'notice-text' }, h('strong', {}, title), text);
}

/** Takes all messages away: they spoke of something earlier. */
export function clearNotices(): void {
  byId('notices').replaceChildren();
}
