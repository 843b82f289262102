import { byId } from '../lib/dom.ts';

let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something to screen readers, after `delay` ms without anything newer to say. */
export function announce(text: string, delay = 150): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    byId('live').textContent = text;
  }, delay);
}
