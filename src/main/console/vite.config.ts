import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue()],
  // The server sends a policy that forbids inline scripts, inline styles and eval: nothing may be inlined.
  build: {
    outDir: '../../../target/classes/console',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    chunkSizeWarningLimit: 900,
  },
  define: {
    __VUE_OPTIONS_API__: 'false',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    __VUE_I18N_LEGACY_API__: 'false',
    __VUE_I18N_FULL_INSTALL__: 'false',
    __INTLIFY_PROD_DEVTOOLS__: 'false',
  },
  // `npm run dev` beside a running console: NUDGE_CONSOLE=http://127.0.0.1:8080 npm run dev
  server: {
    proxy: { '/api': { target: process.env['NUDGE_CONSOLE'] ?? 'http://127.0.0.1:8080' } },
  },
})
