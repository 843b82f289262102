import { DataError } from '@resnet/data';
import { FileError } from '@resnet/files';
import { HubError } from '@resnet/hub';
import { expect, it } from 'vitest';

import { describeFailure, FailureError, UsageError } from './errors.ts';

it('takes our own errors at their word', () => {
  expect(describeFailure(new UsageError('wrong', { hint: 'right' }))).toEqual({
    message: 'wrong',
    hint: 'right',
    exitCode: 2,
    stack: undefined,
  });
  expect(describeFailure(new FailureError('no'))).toMatchObject({ exitCode: 1, hint: undefined });
});

it('puts what the system refused into words', () => {
  const full = Object.assign(new Error('ENOSPC: write'), {
    code: 'ENOSPC',
    syscall: 'write',
    path: '/x/model.safetensors',
  });
  expect(describeFailure(full)).toMatchObject({
    message: '/x/model.safetensors: no space left on the disk',
    stack: undefined,
  });
});

it('shows the trace of a defect, and not of errors that packages foresee', () => {
  expect(describeFailure(new TypeError('x is undefined')).stack).toContain('errors.test');
  const foreseen = Object.assign(new Error('bad batch'), {
    code: 'BATCH_INVALID',
    hint: 'Try less.',
  });
  expect(describeFailure(foreseen)).toMatchObject({ hint: 'Try less.', stack: undefined });
  expect(describeFailure('text')).toMatchObject({ message: 'text', exitCode: 1 });
});

it.each([
  [new DataError('DATASET_INVALID', 'no classes', { hint: 'Add some.' }), 2],
  [new FileError('PATH_MISSING', 'There is no folder x'), 2],
  [new DataError('WRITE_FAILED', 'the disk is full'), 1],
  [new FileError('FOLDER_IN_USE', 'x is in use'), 1],
  [new HubError('FOLDER_INVALID', 'x holds no model', { hint: 'Choose another.' }), 2],
  [new HubError('DOWNLOAD_FAILED', 'x cannot be downloaded'), 1],
])('%s: exit code %i', (error, exitCode) => {
  const { message, hint } = error;
  expect(describeFailure(error)).toEqual({ message, hint, exitCode, stack: undefined });
});

it('names flags where a package names the options of a program', () => {
  const hint = 'Name it with `model`.';
  expect(describeFailure(new HubError('MODEL_REQUIRED', 'x is of what?', { hint }))).toMatchObject({
    hint: 'Name it with --model; `resnet info` lists the models.',
  });
  const full = new DataError('TARGET_INVALID', '`into` /x is not empty', {
    hint: '`force` adds to it.',
  });
  expect(describeFailure(full)).toMatchObject({
    message: '--into /x is not empty',
    hint: '--force adds to it.',
  });
});
