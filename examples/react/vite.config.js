import { defineConfig } from 'vite';

export default defineConfig({
  // Pre-bundled, the package would be parted from its workers in development.
  optimizeDeps: { exclude: ['@resnet/web'] },
});
