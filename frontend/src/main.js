// Loaded by every page, so it stays small: htmx, the switch that fetches a heavy part where it is shown, and a
// few habits of the hand. Every page works without it.
import htmx from 'htmx.org';
import './main.css';
import './rooms.css';
import './networks.css';
import './organigram.css';
import './variance.css';

htmx.config.allowEval = false; // the content security policy forbids it
htmx.config.includeIndicatorStyles = false; // our own style sheet has them; inline styles are forbidden
htmx.config.historyCacheSize = 0; // a shared phone must not keep pages of somebody who has signed out
htmx.config.refreshOnHistoryMiss = true; // going back asks the server again, for the whole page
htmx.config.scrollBehavior = 'instant';
// Refusals are written for people, so they are shown like any other answer.
htmx.config.responseHandling = [
  { code: '204', swap: false },
  { code: '[23]..', swap: true },
  { code: '[45]..', swap: true, error: true },
];

const parts = {
  map: () => import('./map.js'),
  graph: () => import('./graph.js'),
  chart: () => import('./chart.js'),
};

// <div data-part="map" data-source="id-of-a-json-script"> … a sentence … </div>, drawn when it comes near.
function draw(place) {
  const options = JSON.parse(document.getElementById(place.dataset.source).textContent);
  parts[place.dataset.part]()
    .then(({ draw }) => {
      place.replaceChildren();
      return draw(place, options);
    })
    .then(() => (place.dataset.drawn = 'yes'))
    .catch((error) => {
      place.dataset.drawn = 'failed';
      place.closest('figure')?.querySelector('details')?.setAttribute('open', ''); // the same as a table
      console.error(error);
    });
}

const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      draw(target);
    }
  },
  { rootMargin: '200px' },
);

htmx.onLoad((root) => {
  for (const place of root.querySelectorAll('[data-part]:not([data-drawn])')) {
    place.dataset.drawn = '';
    near.observe(place);
  }
  for (const figure of root.querySelectorAll('[data-relations]:not([data-drawn])')) {
    figure.dataset.drawn = 'yes';
    import('./relations.js').then(({ enliven }) => enliven(figure));
  }
  // What scrolls sideways must be reachable by keyboard.
  for (const box of root.querySelectorAll('.scroll:not([tabindex])')) {
    if (box.scrollWidth <= box.clientWidth) continue;
    box.tabIndex = 0;
    box.role = 'region';
    box.ariaLabel = (box.querySelector('caption') ?? document.querySelector('h1'))?.textContent ?? '';
  }
  root.querySelector('[data-focus]')?.focus(); // the summary of what has to be put right
});

// A part that comes anew keeps its drawers open, and what changed is said to those who do not see it.
let open = [];
let focused = '';
document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  focused = detail.target.contains(document.activeElement) ? document.activeElement.id : '';
  open = [...detail.target.querySelectorAll('details[data-keep][open]')].map((drawer) => drawer.dataset.keep);
});
document.addEventListener('htmx:afterSettle', ({ detail }) => {
  for (const name of open.splice(0)) document.querySelector(`[data-keep="${name}"]`)?.setAttribute('open', '');
  if (focused) document.getElementById(focused)?.focus(); // in a drawer that was shut it could not stay
  focused = '';
  const heard = detail.elt?.querySelector?.('[data-heard]');
  if (heard) document.getElementById('heard').textContent = heard.textContent;
});

// What was refused appears above the content: bring it into view without moving the keyboard's place.
document.addEventListener('htmx:afterSwap', ({ detail }) => {
  if (detail.target?.id === 'said') detail.target.scrollIntoView({ block: 'nearest' });
});

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, textarea, select, [contenteditable]');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.getElementById('search');
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
  if (event.key === 'Escape') closeMenus();
});

function closeMenus(except) {
  for (const menu of document.querySelectorAll('details.menu[open], nav.bar details[open]')) {
    if (menu === except) continue;
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector('summary').focus();
  }
}

document.addEventListener('click', (event) => {
  closeMenus(event.target.closest('details'));
  const back = event.target.closest('[data-back]');
  if (back && history.length > 1) {
    event.preventDefault();
    history.back(); // the browser brings back what was typed
  }
});

// A page that stayed open while its reader signed in again, in another tab or after going back, holds the mark of the
// former sign-in. The cookie has the present one: what was typed is sent after all.
document.addEventListener(
  'submit',
  ({ target }) => {
    const mark = target.querySelector('input[name=csrfmiddlewaretoken]');
    const name = `${document.body.dataset.mark}=`;
    const kept = document.cookie.split('; ').find((cookie) => cookie.startsWith(name));
    if (mark && kept) mark.value = kept.slice(name.length);
  },
  true,
);

// A form that was sent is not sent twice by an impatient thumb.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = 'yes';
  setTimeout(() => delete form.dataset.sent, 4000);
});
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});

// A slider and a day input that say the same: <input type=range data-day-for=id data-first=2005-01-01>.
document.addEventListener('input', ({ target }) => {
  if (!target.dataset?.dayFor) return;
  const day = new Date(Date.parse(target.dataset.first) + target.valueAsNumber * 86400000);
  document.getElementById(target.dataset.dayFor).value = day.toISOString().slice(0, 10);
});
document.addEventListener('change', ({ target }) => {
  const other = target.dataset?.dayFor && document.getElementById(target.dataset.dayFor);
  if (other) other.dispatchEvent(new Event('change', { bubbles: true }));
});

// A passkey that was cancelled or is unknown: say so in the page's language instead of in the console.
document.addEventListener('allauth.error', (event) => {
  const problem = document.querySelector('[data-passkey-problem]');
  if (!problem) return;
  event.preventDefault();
  problem.hidden = false;
});

// Whoever has signed out must not leave the form pages of their account behind on a shared device; drafts stay
// where they are, and are shown again to their owner alone.
if (document.body.classList.contains('visitor') && 'caches' in window) {
  caches.open('nanduti-fill-shell').then(async (shell) => {
    const left = (await shell.keys()).filter(({ url }) => new URL(url).pathname.startsWith('/p/'));
    for (const { url } of left) await shell.delete(url);
    if (left.length) (await import('./form/forget.js')).forget(({ owner }) => owner.startsWith('user-'));
  });
}
