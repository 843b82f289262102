import { type Problem, problemOf } from '../problems.ts';

/** Why there is no camera, and what to do: the names are those of getUserMedia's exceptions. */
export function cameraProblem(error: unknown): Problem {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
      return {
        title: 'The camera was not allowed',
        text: 'Allow it for this page in the address bar, then try again. Its pictures stay on this device.',
      };
    case 'NotFoundError':
    case 'OverconstrainedError':
      return {
        title: 'There is no camera here',
        text: 'Connect one and try again, or choose pictures instead.',
      };
    case 'NotReadableError':
    case 'AbortError':
      return {
        title: 'The camera cannot be read',
        text: 'Another program may be using it, or it was unplugged. Close that program and try again.',
      };
    case 'SecurityError':
      return {
        title: 'No camera on this address',
        text: 'Browsers offer it only over https, or on localhost.',
      };
    default:
      return problemOf(error);
  }
}
