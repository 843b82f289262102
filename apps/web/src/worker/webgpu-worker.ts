import { serve } from './serve.ts';
import { startWebgpu } from './webgpu-backend.ts';

serve(startWebgpu);
