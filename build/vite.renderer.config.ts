/** Builds what the window shows into out/renderer. Everything is in the package; nothing is fetched from a network at run time. */
import { fileURLToPath } from 'node:url'
import { lingui } from '@lingui/vite-plugin'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

export default defineConfig({
  root: at('renderer'),
  base: './',
  plugins: [react(), lingui({ macroTransform: true, failOnCompileError: true, configPath: at('build/lingui.config.ts') })],
  // Whoever serves index.html puts a fresh nonce where this stands, once per load (electron/main/page-files.ts, core/app/api/console-files.ts).
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    outDir: at('out/renderer'),
    emptyOutDir: true,
    target: 'chrome114',
    sourcemap: true,
    // An inlined asset would be a data: URL, which the content security policy refuses for everything but images.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 3000,
    reportCompressedSize: false,
  },
  logLevel: 'warn',
})
