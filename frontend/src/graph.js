import cytoscape from 'cytoscape';

// {"nodes": [{id, label, kind, x, y}], "ties": [{source, target, label, weight}]}: positions may come from the
// server; where they do not, a circle is calm and always the same.
export function draw(place, { nodes, ties }) {
  standInForStyles();
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  const shapes = ['ellipse', 'rectangle', 'diamond', 'triangle', 'hexagon', 'star'];
  const kinds = [...new Set(nodes.map((n) => n.kind ?? ''))];
  const placed = nodes.every((n) => Number.isFinite(n.x) && Number.isFinite(n.y));
  return cytoscape({
    container: place,
    elements: [
      ...nodes.map(({ x, y, ...data }) => ({ data: { ...data, shape: shapes[kinds.indexOf(data.kind ?? '') % shapes.length] }, ...(placed && { position: { x, y } }) })),
      ...ties.map((data) => ({ data: { weight: 1, ...data, label: data.label ?? '' } })),
    ],
    layout: { name: placed ? 'preset' : 'circle', animate: false, padding: 24 },
    style: [
      { selector: 'node', style: { shape: 'data(shape)', label: 'data(label)', 'background-color': of('--accent'), color: of('--ink'), 'font-size': 12, 'text-wrap': 'wrap', 'text-max-width': 96, 'text-valign': 'bottom', 'text-margin-y': 4, width: 20, height: 20 } },
      { selector: 'edge', style: { width: 'mapData(weight, 0, 5, 1, 4)', 'line-color': of('--quiet'), 'target-arrow-color': of('--quiet'), 'target-arrow-shape': 'triangle', 'curve-style': 'bezier', 'arrow-scale': 0.8 } },
    ],
    userZoomingEnabled: false, // a finger that scrolls the page must not be caught by the picture
    autoungrabify: true,
    boxSelectionEnabled: false,
  });
}

// Cytoscape would add a <style> element, which the content security policy forbids. It leaves that out where an
// element of this name exists; our own style sheet holds the one rule.
function standInForStyles() {
  const id = '__________cytoscape_stylesheet';
  if (!document.getElementById(id)) document.head.append(Object.assign(document.createElement('meta'), { id }));
}
