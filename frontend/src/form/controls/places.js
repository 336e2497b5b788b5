// Where something is: from the device, by typing coordinates, or on our own map, which asks no other host for tiles.
import { createSignal, onCleanup } from 'solid-js';
import { h } from '../dom.js';
import { t } from '../words.js';
import { tidy } from './numbers.js';

const GOOD_ENOUGH = 5; // metres
const PATIENCE = 45_000;

export const partsOf = (text) => (text ?? '').split(';').map((point) => point.trim()).filter(Boolean).map((point) => point.split(/\s+/).map(Number));
export const written = ([lat, lon, altitude = 0, accuracy = 0]) => `${round(lat, 7)} ${round(lon, 7)} ${round(altitude, 1)} ${round(accuracy, 1)}`;
const round = (n, places) => Number(Number(n).toFixed(places));

export const place = {
  name: 'place',
  isGroup: true,
  role: 'group',
  build: (parts) => {
    const { node, state, answer, isReadonly } = parts;
    const point = () => partsOf(state.instanceValue)[0];
    const give = (given) => answer(() => node.setValue(given ? written(given) : null));
    const wanted = node.nodeOptions?.accuracyThreshold || GOOD_ENOUGH;
    return [
      h('p.coordinates', { role: 'status' }, () => (point() ? said(point()) : t('no_place_yet'))),
      () => !isReadonly() && h('div.file-ways', {}, locator(give, wanted, () => (point() ? 'locate_again' : 'locate')), () => point() && h('button.plain', { type: 'button', onclick: () => give(null) }, t('clear'))),
      () => !isReadonly() && byHand(parts, () => point(), give),
      () => !isReadonly() && onMap(() => (point() ? [point()] : []), (chosen) => give([...chosen, 0, 0])),
    ];
  },
};

export const path = {
  name: 'path',
  isGroup: true,
  role: 'group',
  build: (parts) => {
    const { node, state, answer, isReadonly } = parts;
    const isArea = node.valueType === 'geoshape';
    const [kept, keep] = createSignal(open(partsOf(state.instanceValue), isArea));
    // The engine takes a line from its second point on, an area from its third: until then the points wait here.
    const set = (points) => {
      keep(points);
      const least = isArea ? 3 : 2;
      const all = isArea ? [...points, points[0]] : points;
      answer(() => node.setValue(points.length >= least ? all.map(written).join('; ') : null));
    };
    const add = (point) => set([...kept(), point]);
    return [
      h('ol.points', {}, () => kept().map((point, i) => h('li', {}, said(point), ' ', !isReadonly() && h('button.link', { type: 'button', 'aria-label': `${t('remove')}: ${i + 1}`, onclick: () => set(kept().filter((_, j) => j !== i)) }, t('remove'))))),
      h('p.quiet', { role: 'status' }, () => t(isArea ? 'points_area' : 'points_line', { n: kept().length })),
      () => !isReadonly() && h('div.file-ways', {}, locator(add, GOOD_ENOUGH, () => 'add_here'), () => kept().length > 0 && h('button.plain', { type: 'button', onclick: () => set([]) }, t('clear'))),
      () => !isReadonly() && byHand(parts, () => null, add),
      () => !isReadonly() && onMap(kept, (chosen) => add([...chosen, 0, 0]), isArea),
    ];
  },
};

const open = (points, isArea) => (isArea && points.length > 1 ? points.slice(0, -1) : points);

function said([lat, lon, , accuracy]) {
  const where = `${Math.abs(lat).toFixed(5)}° ${lat < 0 ? 'S' : 'N'}, ${Math.abs(lon).toFixed(5)}° ${t(lon < 0 ? 'west' : 'east')}`;
  return accuracy ? `${where} (± ${Math.round(accuracy)} m)` : where;
}

// Watches until the place is known well enough, shows how well by now, and can be stopped with what it has.
function locator(give, wanted, word) {
  if (!navigator.geolocation) return null;
  const [best, setBest] = createSignal(null);
  const [state, setState] = createSignal('');
  let watch = 0;
  let timer = 0;
  const stop = (isKept) => {
    navigator.geolocation.clearWatch(watch);
    clearTimeout(timer);
    setState('');
    if (isKept && best()) give(best());
    setBest(null);
  };
  const begin = () => {
    setState('looking');
    timer = setTimeout(() => (best() ? stop(true) : setState('failed')), PATIENCE);
    watch = navigator.geolocation.watchPosition(
      ({ coords: c }) => {
        const point = [c.latitude, c.longitude, c.altitude ?? 0, c.accuracy];
        if (!best() || c.accuracy <= best()[3]) setBest(point);
        if (c.accuracy <= wanted) stop(true);
      },
      (error) => {
        stop(false);
        setState(error.code === 1 ? 'denied' : 'failed');
      },
      { enableHighAccuracy: true, maximumAge: 0, timeout: PATIENCE },
    );
  };
  onCleanup(() => state() === 'looking' && stop(false));
  return () => {
    if (state() === 'looking') return [h('span', { role: 'status' }, () => (best() ? t('accuracy_now', { n: Math.round(best()[3]) }) : t('looking'))), h('button', { type: 'button', onclick: () => stop(true) }, () => (best() ? t('use_this') : t('cancel')))];
    return [h('button.plain', { type: 'button', onclick: begin }, () => t(word())), state() && h('p.problem', {}, t(state() === 'denied' ? 'place_denied' : 'place_failed'))];
  };
}

function byHand({ id }, point, give) {
  const input = (name, at, limit) => h('input', { id: `${id}-${name}`, type: 'text', inputmode: 'decimal', autocomplete: 'off', value: () => (point() ? String(point()[at]) : ''), 'data-limit': limit });
  const [lat, lon] = [input('lat', 0, 90), input('lon', 1, 180)];
  const [wrong, setWrong] = createSignal('');
  const take = () => {
    const values = [lat, lon].map((field) => Number(tidy(field.value, false) || NaN));
    if (Number.isNaN(values[0] + values[1]) || Math.abs(values[0]) > 90 || Math.abs(values[1]) > 180) return setWrong(t('coordinates_example'));
    setWrong('');
    give([...values, 0, 0]);
  };
  return h('details.by-hand', {}, h('summary', {}, t('type_coordinates')), h('div.pair', {}, h('label', { for: `${id}-lat` }, t('latitude')), lat, h('label', { for: `${id}-lon` }, t('longitude')), lon, h('button.plain', { type: 'button', onclick: take }, t('use_coordinates'))), () => wrong() && h('p.problem', { role: 'alert' }, wrong()));
}

// Loaded only when somebody opens it; without a network and never opened before, it says so.
function onMap(points, chosen, isArea) {
  const holder = h('div.map.pick-map');
  const [isLost, setLost] = createSignal(false);
  let map;
  const show = async ({ target }) => {
    if (!target.open || map) return;
    try {
      const { pick } = await import('../../pick-map.js');
      map = pick(holder, points(), chosen, isArea);
    } catch {
      setLost(true);
    }
  };
  onCleanup(() => map?.remove());
  return h('details.by-map', { ontoggle: show }, h('summary', {}, t('on_map')), h('p.quiet', {}, t('map_help')), holder, () => isLost() && h('p.problem', {}, t('map_offline')));
}
