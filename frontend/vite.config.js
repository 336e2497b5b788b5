// One entry that every page loads (main), and three heavy parts that a page asks for only when it shows a
// map, a network picture or a chart. Django finds the hashed names in manifest.json.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const output = fileURLToPath(new URL('../src/nanduti/static/nanduti', import.meta.url));

export default defineConfig({
  base: './', // parts find each other relative to themselves, so STATIC_URL may be anything
  publicDir: 'public',
  build: {
    outDir: output,
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy allows no data: addresses for scripts and styles
    chunkSizeWarningLimit: 1500,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { eval: false }, // htmx holds an eval that its allowEval=false never reaches
      input: { main: fileURLToPath(new URL('./src/main.js', import.meta.url)) },
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  worker: { format: 'es' },
});
