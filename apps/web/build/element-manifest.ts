import { readFileSync, writeFileSync } from 'node:fs';

import type { Plugin } from 'vite';

interface Named {
  readonly name: string;
  readonly description: string;
}

/** The part of the custom-elements manifest (schema 1.0.0) that editors and frameworks read. */
export interface ElementManifest {
  readonly schemaVersion: '1.0.0';
  readonly modules: readonly {
    readonly kind: 'javascript-module';
    readonly path: string;
    readonly declarations: readonly ElementDeclaration[];
    readonly exports: readonly object[];
  }[];
}

export interface ElementDeclaration extends Named {
  readonly kind: 'class';
  readonly customElement: true;
  readonly tagName: string;
  readonly attributes: readonly (Named & { readonly type: { readonly text: string } })[];
  readonly events: readonly (Named & { readonly type: { readonly text: string } })[];
  readonly slots: readonly Named[];
  readonly cssParts: readonly Named[];
  readonly cssProperties: readonly Named[];
}

/** Writes `custom-elements.json` from the tags of the element's own documentation. */
export function elementManifest(source: string, file: string): Plugin {
  return {
    name: 'resnet:element-manifest',
    apply: 'build',
    closeBundle() {
      const manifest = manifestOf(readFileSync(source, 'utf8'));
      writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
    },
  };
}

/** The manifest of the class whose documentation has `@tagname`. */
export function manifestOf(code: string): ElementManifest {
  const found = /\/\*\*((?:(?!\*\/)[^])*@tagname[^]*?)\*\/\s*export class (\w+)/.exec(code);
  if (found === null) throw new Error('no documented class with @tagname');
  const lines = found[1]!.split('\n').map((line) => line.replace(/^\s*\*? ?/, ''));
  const tags = (tag: string): string[] =>
    lines.filter((line) => line.startsWith(`@${tag} `)).map((line) => line.slice(tag.length + 2));
  const declaration: ElementDeclaration = {
    kind: 'class',
    customElement: true,
    name: found[2]!,
    tagName: tags('tagname')[0]!.trim(),
    description: lines
      .filter((line) => !line.startsWith('@'))
      .join('\n')
      .trim(),
    attributes: tags('attr').map(typed),
    events: tags('fires').map(typed),
    slots: tags('slot').map(named),
    cssParts: tags('csspart').map(named),
    cssProperties: tags('cssprop').map(named),
  };
  const path = 'dist/index.js';
  const reference = { name: declaration.name, module: path };
  return {
    schemaVersion: '1.0.0',
    modules: [
      {
        kind: 'javascript-module',
        path,
        declarations: [declaration],
        exports: [
          { kind: 'js', name: declaration.name, declaration: reference },
          { kind: 'custom-element-definition', name: declaration.tagName, declaration: reference },
        ],
      },
    ],
  };
}

/** `name - description` */
function named(text: string): Named {
  const [name, ...rest] = text.split(' - ');
  return { name: name!.trim(), description: rest.join(' - ').trim() };
}

/** `{type} name - description` */
function typed(text: string): Named & { readonly type: { readonly text: string } } {
  const [, type, rest] = /^\{(.*?)\}\s+(.*)$/.exec(text) ?? [];
  if (type === undefined || rest === undefined) throw new Error(`no type in: ${text}`);
  return { ...named(rest), type: { text: type } };
}
