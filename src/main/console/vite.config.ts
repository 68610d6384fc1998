import { createHash } from 'node:crypto'
import vue from '@vitejs/plugin-vue'
import { defineConfig, type Plugin } from 'vite'

/**
 * Puts script and style into report.html, so that the report is one file that opens from a disk or a mail. Its policy
 * allows these two texts, by their hashes, and nothing else: no network, whatever a customer's name may hold.
 */
function oneFile(): Plugin {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return {
    name: 'nudge-one-file',
    enforce: 'post',
    generateBundle(_, bundle) {
      const files = Object.values(bundle)
      const page = files.find((file) => file.fileName === 'report.html')
      const scripts = files.filter((file) => file.type === 'chunk')
      const others = files.filter((file) => file.type === 'asset' && file !== page)
      const [script, style] = [scripts[0], others[0]]
      if (page?.type !== 'asset' || scripts.length !== 1 || others.length !== 1 || style?.type !== 'asset') {
        throw new Error(`expected a page, a script and a style, found ${Object.keys(bundle).join(', ')}`)
      }
      // Within the script these can only stand in strings, where an escape says the same.
      const js = script!.code.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '\\x3C!--')
      const css = String(style.source).trim()
      const policy =
        `default-src 'none'; script-src ${hash(js)}; style-src ${hash(css)}; img-src data:;` +
        ` base-uri 'none'; form-action 'none'`
      page.source = String(page.source)
        .replace(/\s*<script type="module"[^>]*><\/script>/, '')
        .replace(/\s*<link rel="stylesheet"[^>]*>/, '')
        .replace('<meta charset="utf-8" />', (charset) => `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`)
        .replace('</head>', (end) => `  <style>${css}</style>\n  ${end}`)
        .replace('</body>', (end) => `  <script type="module">${js}</script>\n  ${end}`)
      delete bundle[script!.fileName]
      delete bundle[style.fileName]
    },
  }
}

// `vite build` builds the console's page, `vite build --mode report` the report of a rehearsal.
export default defineConfig(({ mode }) => ({
  plugins: mode === 'report' ? [vue(), oneFile()] : [vue()],
  publicDir: mode === 'report' ? false : 'public',
  build: {
    outDir: mode === 'report' ? '../../../target/classes/report' : '../../../target/classes/console',
    rolldownOptions: { input: mode === 'report' ? 'report.html' : 'index.html' },
    emptyOutDir: true,
    // The server sends a policy that forbids inline scripts, inline styles and eval: nothing may be inlined.
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
}))
