import cytoscape from 'cytoscape';

export function draw(place, options) {
  return cytoscape({ container: place, ...options });
}
