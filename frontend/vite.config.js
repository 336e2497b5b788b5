// One entry that every page loads (main), heavy parts that a page asks for only when it shows a map, a network
// picture or a chart, and one entry for the page where forms are filled. Django finds the hashed names in manifest.json.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const ENGINE = path('./node_modules/@getodk/xforms-engine/dist/solid.js');

// The engine's build holds two WebAssembly modules as base64 text. As files of their own they are a third smaller
// on the way, are compiled while they arrive, and need no exception for data: addresses in the security policy.
function wasmAsFiles() {
  return {
    name: 'wasm-as-files',
    transform(code, id) {
      if (id !== ENGINE) return null;
      const found = /const (\w+) = "data:application\/wasm;base64,([^"]+)";/g;
      return code.replace(found, (_all, name, base64) => {
        const reference = this.emitFile({ type: 'asset', name: `${name}.wasm`, source: Buffer.from(base64, 'base64') });
        return `const ${name} = new URL(import.meta.ROLLUP_FILE_URL_${reference}, import.meta.url).href;`;
      });
    },
  };
}

export default defineConfig({
  base: './', // parts find each other relative to themselves, so STATIC_URL may be anything
  publicDir: 'public',
  plugins: [wasmAsFiles()],
  resolve: {
    // The build that shares Solid with our renderer instead of bringing its own: see docs/adr on the form engine.
    alias: { '@getodk/xforms-engine': ENGINE },
  },
  build: {
    outDir: path('../src/nanduti/static/nanduti'),
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy allows no data: addresses for scripts and styles
    chunkSizeWarningLimit: 1500,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { eval: false, pluginTimings: false }, // an eval that is never reached; advice on speed, on a busy machine
      input: { main: path('./src/main.js'), fill: path('./src/fill.js') },
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  worker: { format: 'es' },
});
