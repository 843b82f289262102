import { tensorflow, type TensorflowBackend } from './backend.ts';

/** What `make` gives for the active backend, made once for each. */
export function perBackend<T>(make: (backend: TensorflowBackend) => T): () => T {
  const made = new WeakMap<TensorflowBackend, { readonly value: T }>();
  return () => {
    const backend = tensorflow();
    let entry = made.get(backend);
    if (entry === undefined) made.set(backend, (entry = { value: make(backend) }));
    return entry.value;
  };
}
