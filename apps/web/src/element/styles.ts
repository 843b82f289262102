let sheet: CSSStyleSheet | undefined;

/** One sheet for all elements, made in script: a policy without inline styles allows it. */
export function elementStyles(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  return sheet;
}

const css = `
:host {
  --_accent: var(--resnet-accent, light-dark(#2f5bd7, #8fb0ff));
  --_surface: var(--resnet-surface, light-dark(#fff, #17191e));
  --_text: var(--resnet-text, light-dark(#16181d, #eceef2));
  --_muted: var(--resnet-muted, light-dark(#596070, #a2a9b8));
  --_border: var(--resnet-border, light-dark(#d3d7e0, #3a3f4b));
  --_danger: var(--resnet-danger, light-dark(#b3261e, #ffb4ab));
  --_radius: var(--resnet-radius, 12px);
  display: block;
  color: var(--_text);
  background: var(--_surface);
  border: 1px solid var(--_border);
  border-radius: var(--_radius);
  font-family: var(--resnet-font, inherit);
  line-height: 1.45;
  overflow: hidden;
}
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.zone { position: relative; display: grid; place-items: center; min-height: 12rem; text-align: center; cursor: pointer; }
.zone:focus-within { outline: 3px solid var(--_accent); outline-offset: -3px; }
.zone.over { background: color-mix(in srgb, var(--_accent) 14%, transparent); }
.zone.busy { cursor: progress; }
.prompt { padding: 2rem 1.25rem; color: var(--_muted); }
.choose { color: var(--_accent); text-decoration: underline; text-underline-offset: 0.2em; }
.frame { position: relative; display: block; max-width: 100%; line-height: 0; }
.frame[hidden], .prompt[hidden] { display: none; }
.picture { max-width: 100%; max-height: var(--resnet-picture-height, 24rem); }
.map { position: absolute; pointer-events: none; transition: opacity 0.2s; }
.status { padding: 0.6rem 1rem; color: var(--_muted); font-size: 0.9em; min-height: 1.45em; }
.status.error { color: var(--_danger); }
.status:empty { display: none; }
progress { display: block; width: 100%; height: 4px; border: 0; background: var(--_border); accent-color: var(--_accent); appearance: none; }
progress::-webkit-progress-bar { background: var(--_border); }
progress::-webkit-progress-value { background: var(--_accent); transition: width 0.15s; }
progress::-moz-progress-bar { background: var(--_accent); }
progress[hidden] { display: none; }
.results { list-style: none; margin: 0; padding: 0.25rem 0; border-top: 1px solid var(--_border); }
.results:empty { display: none; }
.result { display: grid; grid-template-columns: 1fr auto; gap: 0.15rem 1rem; width: 100%; padding: 0.5rem 1rem; font: inherit; color: inherit; background: none; border: 0; text-align: start; }
button.result { cursor: pointer; }
button.result:hover { background: color-mix(in srgb, var(--_text) 6%, transparent); }
button.result:focus-visible { outline: 3px solid var(--_accent); outline-offset: -3px; }
button.result[aria-pressed="true"] .label::after { content: " \\25C9"; color: var(--_accent); }
.label { overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.first .label { font-weight: 600; }
.value { font-variant-numeric: tabular-nums; color: var(--_muted); }
.track { grid-column: 1 / -1; height: 6px; border-radius: 3px; background: color-mix(in srgb, var(--_text) 10%, transparent); overflow: hidden; }
.bar { height: 100%; border-radius: inherit; background: var(--_accent); transform-origin: left; transition: transform 0.3s; }
:host(:dir(rtl)) .bar { transform-origin: right; }
@media (prefers-reduced-motion: reduce) { *, ::before, ::after { transition: none !important; } }
@media (forced-colors: active) { .bar { background: Highlight; } .track { border: 1px solid; } }
`;
