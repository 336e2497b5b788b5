// maplibre-gl 6 has no default export, and in a bundle it must be told where its worker stands.
import * as maplibregl from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { words } from './map-words.js';

maplibregl.setWorkerUrl(workerUrl);

// GeoJSON features on a plain ground: no tiles, no fonts, nothing from another host. Points become links.
export function draw(place, features) {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  const data = { type: 'FeatureCollection', features: features.features ?? features };
  const map = new maplibregl.Map({
    container: place,
    locale: words(),
    attributionControl: false,
    cooperativeGestures: true,
    fadeDuration: 0,
    style: {
      version: 8,
      sources: { things: { type: 'geojson', data } },
      layers: [
        { id: 'ground', type: 'background', paint: { 'background-color': of('--ground') } },
        { id: 'areas', type: 'fill', source: 'things', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': of('--accent'), 'fill-opacity': 0.2 } },
        { id: 'lines', type: 'line', source: 'things', filter: ['!=', ['geometry-type'], 'Point'], paint: { 'line-color': of('--accent'), 'line-width': 2 } },
      ],
    },
  });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }));
  const bounds = new maplibregl.LngLatBounds();
  for (const feature of data.features) {
    spread(bounds, feature.geometry.coordinates);
    if (feature.geometry.type === 'Point') {
      new maplibregl.Marker({ element: pin(feature.properties), anchor: 'left' }).setLngLat(feature.geometry.coordinates).addTo(map);
    }
  }
  if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: room(place), maxZoom: 10, animate: false });
  return map;
}

// Labels stand to the right of their points: on a narrow map they need most of its width.
function room(place) {
  return { top: 48, bottom: 48, left: 32, right: Math.min(200, place.clientWidth * 0.55) };
}

function spread(bounds, coordinates) {
  if (typeof coordinates[0] === 'number') bounds.extend(coordinates);
  else for (const part of coordinates) spread(bounds, part);
}

function pin({ title, url, tone }) {
  const element = document.createElement(url ? 'a' : 'span');
  if (url) element.href = url;
  element.className = `pin ${tone ?? ''}`;
  element.textContent = title;
  return element;
}
