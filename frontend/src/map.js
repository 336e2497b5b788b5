// maplibre-gl 6 has no default export, and in a bundle it must be told where its worker stands.
import * as maplibregl from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';

maplibregl.setWorkerUrl(workerUrl);

export function draw(place, options) {
  return new maplibregl.Map({ container: place, ...options });
}
