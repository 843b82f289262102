export { diagnose, type BackendReport, type DiagnoseOptions } from './diagnose.ts';
export { selectBackend, type PassedOver, type SelectedBackend } from './select.ts';
export { backendNames, type BackendChoice, type BackendName } from './types.ts';
