import { byId, setText } from '../lib/dom.ts';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const words: Readonly<Record<Theme, string>> = {
  system: 'Theme: as the system',
  light: 'Theme: light',
  dark: 'Theme: dark',
};

/** The button that goes from the system's theme to light, to dark. public/theme.js restores it. */
export function offerThemes(): void {
  const button = byId('theme-button');
  const root = document.documentElement;
  const current = (): Theme => themes.find((theme) => theme === root.dataset['theme']) ?? 'system';
  const tell = (): void => {
    setText(byId('theme-label'), words[current()]);
    button.title = words[current()];
  };
  button.addEventListener('click', () => {
    const next = themes[(themes.indexOf(current()) + 1) % themes.length] ?? 'system';
    if (next === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = next;
    try {
      localStorage.setItem('theme', next);
    } catch {
      // Kept for this visit only.
    }
    tell();
  });
  tell();
}
