import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach } from 'vitest';

import type { Target, Wheel } from '../src/targets.ts';
import { zip, type ZipFile } from './zip.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed after the test. */
export function sandbox(): string {
  const folder = mkdtempSync(join(tmpdir(), 'resnet-native-'));
  folders.push(folder);
  return folder;
}

export function write(path: string, content: string | Buffer): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Writes a program in JavaScript. */
export function program(path: string, code: string): string {
  const script = write(`${path}.cjs`, code);
  write(path, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

const version = '9.9.0';

export const wheelFiles: readonly ZipFile[] = [
  { path: 'tensorflow/libtensorflow_cc.so.2', content: 'the library', mode: 0o755 },
  { path: 'tensorflow/libtensorflow_framework.so.2', content: 'the framework' },
  { path: 'tensorflow/include/tensorflow/c/c_api.h', content: '#pragma once' },
  { path: 'tensorflow/include/tensorflow/core/kernels/conv.h', content: 'not needed' },
  { path: 'tensorflow/python/__init__.py', content: 'not needed' },
];

export interface FakeWheel {
  readonly wheel: Wheel;
  readonly target: Target;
  /** The file that the fake pip brings. */
  readonly source: string;
}

/** A tiny wheel with what an installation needs, and the target that pins it. */
export function fakeWheel(folder: string, files: readonly ZipFile[] = wheelFiles): FakeWheel {
  const bytes = zip(files);
  const file = `tensorflow-${version}-cp311-cp311-manylinux_2_27_x86_64.whl`;
  const wheel: Wheel = {
    name: 'tensorflow',
    version,
    file,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    megabytes: 1,
  };
  const target: Target = {
    id: `tensorflow-${version}-cpu-test`,
    version,
    variant: 'cpu',
    wheels: [wheel],
    libraries: { cc: 'libtensorflow_cc.so.2', framework: 'libtensorflow_framework.so.2' },
    neededMegabytes: 1,
  };
  return { wheel, target, source: write(join(folder, 'index', file), bytes) };
}

export interface FakePython {
  readonly path: string;
  /** The parameters of each `pip download` so far. */
  downloads(): string[][];
}

/** A Python whose pip copies `source`, or fails with a message, or never ends. */
export function fakePython(
  folder: string,
  behaviour: { source?: string; fails?: string; hangs?: boolean; hasPip?: boolean },
): FakePython {
  const log = join(folder, 'pip.log');
  const path = program(
    join(folder, 'python3'),
    `const fs = require('node:fs'), path = require('node:path');
const { source, fails, hangs, hasPip = true } = ${JSON.stringify(behaviour)};
const [first, pip, command, ...rest] = process.argv.slice(2);
if (first === '-c') process.exit(0);
if (!hasPip) { console.error('No module named pip'); process.exit(1); }
if (command === '--version') process.exit(0);
fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify([first, pip, command, ...rest]) + '\\n');
if (fails) { console.error(fails); process.exit(1); }
if (hangs) setInterval(() => {}, 1000);
else fs.copyFileSync(source, path.join(rest[rest.indexOf('--dest') + 1], path.basename(source)));`,
  );
  const downloads = (): string[][] =>
    existsSync(log)
      ? readFileSync(log, 'utf8')
          .trim()
          .split('\n')
          .map((line): string[] => JSON.parse(line))
      : [];
  return { path, downloads };
}

/** An installed @tensorflow/tfjs-node-gpu as far as the set-up looks at it; returns the project's folder. */
export function fakeProject(folder: string): string {
  const project = join(folder, 'project');
  const tfjs = join(project, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  const manifest = {
    name: '@tensorflow/tfjs-node-gpu',
    version: '4.22.0',
    binary: { napi_versions: [3, 8] },
  };
  write(join(tfjs, 'package.json'), JSON.stringify(manifest));
  write(join(tfjs, 'binding', 'tfjs_backend.cc'), '// one');
  write(join(tfjs, 'binding', 'tfjs_binding.cc'), '// two');
  return project;
}
