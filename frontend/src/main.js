// Loaded by every page, so it stays small: htmx, and the switch that fetches a heavy part where it is shown.
import htmx from 'htmx.org';
import './main.css';

htmx.config.allowEval = false; // the content security policy forbids it
htmx.config.includeIndicatorStyles = false; // our own style sheet has them; inline styles are forbidden

const parts = {
  map: () => import('./map.js'),
  graph: () => import('./graph.js'),
  chart: () => import('./chart.js'),
};

// <div data-part="map" data-source="id-of-a-json-script"> … a text alternative … </div>
function draw(root) {
  for (const place of root.querySelectorAll('[data-part]:not([data-drawn])')) {
    place.dataset.drawn = '';
    parts[place.dataset.part]()
      .then(({ draw }) => draw(place, JSON.parse(document.getElementById(place.dataset.source).textContent)))
      .catch((error) => {
        place.dataset.drawn = 'failed'; // the text alternative inside stays readable
        console.error(error);
      });
  }
}

htmx.onLoad(draw);
