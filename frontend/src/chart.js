// "ast" makes Vega interpret its expressions instead of compiling them: the content security policy forbids eval.
import embed from 'vega-embed';

// Colours come from the style sheet, so that charts follow the light and the dark theme.
function look() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  const quiet = { labelColor: of('--quiet'), titleColor: of('--ink'), gridColor: of('--line'), domainColor: of('--line'), tickColor: of('--line') };
  return {
    background: 'transparent',
    font: 'system-ui, sans-serif',
    axis: { ...quiet, labelFontSize: 12, titleFontSize: 12 },
    axisX: { labelAngle: 0, labelOverlap: true },
    legend: { labelColor: of('--ink'), titleColor: of('--ink') },
    title: { color: of('--ink') },
    view: { stroke: 'transparent' },
    mark: { color: of('--accent') },
    range: { category: [of('--accent'), of('--warn'), of('--third'), of('--quiet')] },
  };
}

export function draw(place, spec) {
  return embed(
    place,
    { width: 'container', autosize: { type: 'fit-x', contains: 'padding' }, ...spec },
    { ast: true, actions: false, renderer: 'svg', config: look(), defaultStyle: false, tooltip: { disableDefaultStyle: true } },
  );
}
