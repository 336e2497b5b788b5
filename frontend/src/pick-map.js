// A map on which a place is chosen: coordinates on a plain ground, as on our other maps, with a net of degrees.
import * as maplibregl from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { words } from './map-words.js';

maplibregl.setWorkerUrl(workerUrl);

export function pick(place, points, chosen, isArea) {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  const map = new maplibregl.Map({
    container: place,
    locale: words(),
    attributionControl: false,
    fadeDuration: 0,
    center: points.length ? [points.at(-1)[1], points.at(-1)[0]] : [0, 0],
    zoom: points.length ? 14 : 1,
    style: {
      version: 8,
      sources: { net: { type: 'geojson', data: net(1) }, line: { type: 'geojson', data: line([]) } },
      layers: [
        { id: 'ground', type: 'background', paint: { 'background-color': of('--ground') } },
        { id: 'net', type: 'line', source: 'net', paint: { 'line-color': of('--line'), 'line-width': 1 } },
        { id: 'line', type: 'line', source: 'line', paint: { 'line-color': of('--accent'), 'line-width': 3 } },
      ],
    },
  });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }));
  const marked = [];
  const mark = ([lat, lon]) => {
    marked.push([lon, lat]);
    new maplibregl.Marker().setLngLat([lon, lat]).addTo(map);
    map.getSource('line')?.setData(line(isArea && marked.length > 2 ? [...marked, marked[0]] : marked));
  };
  map.on('load', () => points.forEach(mark));
  map.on('click', ({ lngLat }) => {
    const point = [Number(lngLat.lat.toFixed(6)), Number(lngLat.wrap().lng.toFixed(6))];
    mark(point);
    chosen(point);
  });
  return map;
}

const line = (coordinates) => ({ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } });

function net(step) {
  const lines = [];
  for (let lon = -180; lon <= 180; lon += step * 10) lines.push([[lon, -85], [lon, 85]]);
  for (let lat = -80; lat <= 80; lat += step * 10) lines.push([[-180, lat], [180, lat]]);
  return { type: 'Feature', properties: {}, geometry: { type: 'MultiLineString', coordinates: lines } };
}
