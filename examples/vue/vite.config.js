import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [
    vue({
      template: { compilerOptions: { isCustomElement: (tag) => tag === 'resnet-predictor' } },
    }),
  ],
  // Pre-bundled, the package would be parted from its workers in development.
  optimizeDeps: { exclude: ['@resnet/web'] },
});
