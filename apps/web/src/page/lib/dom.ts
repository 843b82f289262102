import { h } from '../../dom.ts';

/**
 * An element of the page's own markup, of the type given.
 *
 * @throws Error where index.html and the script have parted
 */
export function byId(id: string): HTMLElement;
export function byId<E extends HTMLElement>(id: string, type: new () => E): E;
export function byId(id: string, type: new () => HTMLElement = HTMLElement): HTMLElement {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`index.html has no ${type.name} #${id}`);
  return element;
}

const svg = 'http://www.w3.org/2000/svg';

/** One of the symbols at the end of index.html. */
export function icon(name: string): SVGElement {
  const element = document.createElementNS(svg, 'svg');
  element.setAttribute('class', 'icon');
  element.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `#icon-${name}`);
  element.append(use);
  return element;
}

/** Untrusted text, whose direction of writing stays its own. */
export function foreign(text: string): HTMLElement {
  return h('bdi', {}, text);
}

/** Sets text only where it differs: a screen reader is not told the same twice. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** The element around what an event happened to that fits a selector. */
export function closest({ target }: Event, selector: string): HTMLElement | undefined {
  const found = target instanceof Element ? target.closest(selector) : undefined;
  return found instanceof HTMLElement ? found : undefined;
}
