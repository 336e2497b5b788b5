// What script adds to a relation map that is drawn already: closer and further, moving it, pointing out partners.
// Everything works without it; nothing moves by itself.
const STEP = 1.5;
const CLOSEST = 12;
// A finger covers about so many pixels around where it points, and brings the picture so much closer.
const FINGER = 22;
const LEAP = 3;

export function enliven(figure) {
  const svg = figure.querySelector('svg.relation-map');
  const { actors, ties } = JSON.parse(document.getElementById(figure.dataset.relations).textContent);
  const tools = figure.querySelector('.relations-tools');
  const said = figure.querySelector('[data-said]');
  const near = svg.querySelector('.near');
  const marks = [...svg.querySelectorAll('.actor')];
  const places = marks.map((mark) => [Number(mark.dataset.x), Number(mark.dataset.y)]);
  const whole = svg.viewBox.baseVal;
  const full = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  let partners;
  tools.hidden = false;

  function show(x, y, width) {
    const height = (width * full.height) / full.width;
    const left = Math.min(Math.max(x, full.x), full.x + full.width - width);
    const top = Math.min(Math.max(y, full.y), full.y + full.height - height);
    svg.setAttribute('viewBox', `${left} ${top} ${width} ${height}`);
    svg.classList.toggle('is-closer', width < full.width - 1);
  }

  function zoom(by, at) {
    const box = svg.viewBox.baseVal;
    const width = Math.min(full.width, Math.max(full.width / CLOSEST, box.width / by));
    const [x, y] = at ?? [box.x + box.width / 2, box.y + box.height / 2];
    show(x - ((x - box.x) * width) / box.width, y - ((y - box.y) * width) / box.width, width);
  }

  function place(event) {
    const box = svg.viewBox.baseVal;
    const edge = svg.getBoundingClientRect();
    // The picture is fitted into its frame: the scale is the smaller of the two, the rest stays empty on both sides.
    const scale = Math.min(edge.width / box.width, edge.height / box.height);
    const x = event.clientX - edge.left - (edge.width - box.width * scale) / 2;
    const y = event.clientY - edge.top - (edge.height - box.height * scale) / 2;
    return [box.x + x / scale, box.y + y / scale, scale];
  }

  tools.addEventListener('click', ({ target }) => {
    const way = target.closest('[data-zoom]')?.dataset.zoom;
    if (way === 'in') zoom(STEP);
    if (way === 'out') zoom(1 / STEP);
    if (way === 'all') show(full.x, full.y, full.width);
  });

  svg.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the wheel alone scrolls the page
      event.preventDefault();
      zoom(event.deltaY < 0 ? STEP : 1 / STEP, place(event).slice(0, 2));
    },
    { passive: false },
  );

  // Dragging moves the picture once it is closer; two fingers bring it closer.
  const fingers = new Map();
  let moved = false;
  let spread = 0;
  let byFinger = false;
  let chosen = false;
  svg.addEventListener('pointerdown', (event) => {
    byFinger = event.pointerType === 'touch';
    fingers.set(event.pointerId, event);
    moved = false;
    spread = between(fingers);
  });
  svg.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    fingers.set(event.pointerId, event);
    if (fingers.size === 2) {
      const now = between(fingers);
      if (spread && now) zoom(now / spread, place(event).slice(0, 2));
      spread = now;
      moved = true;
    } else if (svg.classList.contains('is-closer')) {
      const box = svg.viewBox.baseVal;
      const scale = place(event)[2];
      const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
      if (Math.abs(dx) + Math.abs(dy) > 1) moved = true;
      show(box.x - dx / scale, box.y - dy / scale, box.width);
    }
  });
  for (const end of ['pointerup', 'pointercancel', 'pointerleave']) {
    svg.addEventListener(end, (event) => fingers.delete(event.pointerId));
  }
  svg.addEventListener(
    'click',
    (event) => {
      if (moved) event.preventDefault(); // the end of a drag is no visit
      else if (byFinger && event.detail) tap(event);
      moved = false;
    },
    true,
  );

  // Marks of many firms are smaller than a finger: a tap brings them closer until it is clear which one is meant, then
  // says who that is, with a link large enough to be tapped.
  function tap(event) {
    event.preventDefault();
    leave();
    const [x, y, scale] = place(event);
    const far = places.map(([a, b], row) => [Math.hypot(a - x, b - y) * scale, row]);
    const meant = far.filter(([away]) => away <= FINGER).sort(([a], [b]) => a - b);
    if (!meant.length) return;
    if (meant.length > 1 && svg.viewBox.baseVal.width > full.width / CLOSEST + 1) {
      zoom(LEAP, [x, y]);
      return;
    }
    const mark = marks[meant[0][1]];
    point(mark);
    chosen = true; // and stays so when the finger goes on to the link
    const link = document.createElement('a');
    link.className = 'plain';
    link.href = mark.getAttribute('href');
    link.textContent = mark.getAttribute('aria-label');
    said.replaceChildren(link);
  }
  svg.addEventListener('dragstart', (event) => event.preventDefault());

  function around() {
    if (partners) return partners;
    partners = actors.map(() => []);
    for (let n = 0; n < ties.length; n += 2) {
      partners[ties[n]].push(ties[n + 1]);
      partners[ties[n + 1]].push(ties[n]);
    }
    return partners;
  }

  function point(mark) {
    const row = Number(mark.dataset.i);
    const others = new Set(around()[row]);
    const [x, y] = places[row];
    near.setAttribute('d', [...others].map((other) => `M${x} ${y}L${places[other][0]} ${places[other][1]}`).join(''));
    for (const other of [row, ...others]) marks[other].classList.add('is-near');
    svg.classList.add('is-pointing');
    said.textContent = mark.getAttribute('aria-label');
  }

  function leave() {
    chosen = false;
    svg.classList.remove('is-pointing');
    near.setAttribute('d', '');
    for (const mark of svg.querySelectorAll('.is-near')) mark.classList.remove('is-near');
    said.textContent = '';
  }

  for (const [come, go] of [['pointerover', 'pointerout'], ['focusin', 'focusout']]) {
    svg.addEventListener(come, ({ target, pointerType }) => {
      const mark = target.closest?.('.actor');
      if (!mark || (chosen && pointerType !== 'mouse')) return;
      if (chosen) leave();
      point(mark);
    });
    svg.addEventListener(go, ({ target }) => {
      if (target.closest?.('.actor') && !chosen) leave();
    });
  }

  // Whoever was looked for is brought near at once, when there are many.
  const found = svg.querySelector('.actor.found');
  if (found && actors.length > 60) {
    const [x, y] = places[Number(found.dataset.i)];
    const width = full.width / 3;
    show(x - width / 2, y - (width * full.height) / full.width / 2, width);
  }
}

function between(fingers) {
  const [one, two] = [...fingers.values()];
  return two ? Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY) : 0;
}
