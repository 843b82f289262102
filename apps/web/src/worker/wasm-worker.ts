import { serve } from './serve.ts';
import { startWasm } from './wasm-backend.ts';

serve(startWasm);
