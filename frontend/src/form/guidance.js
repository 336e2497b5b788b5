// Guidance hints, which the engine does not offer: read from the form's own translations.
const found = new WeakMap();

export function guidanceOf(node, language) {
  const element = node.definition?.bodyElement?.element;
  const hint = element && [...element.children].find((child) => child.localName === 'hint');
  const id = hint?.getAttribute('ref')?.match(/jr:itext\('(.+)'\)/)?.[1];
  if (!id) return '';
  const texts = textsOf(element.ownerDocument);
  return texts.get(`${language}\n${id}`) ?? texts.get(`\n${id}`) ?? '';
}

function textsOf(form) {
  if (found.has(form)) return found.get(form);
  const texts = new Map();
  for (const value of form.querySelectorAll('itext value[form="guidance"]')) {
    const text = value.parentElement;
    const translation = text.parentElement;
    texts.set(`${translation.getAttribute('lang')}\n${text.getAttribute('id')}`, value.textContent.trim());
    if (translation.hasAttribute('default')) texts.set(`\n${text.getAttribute('id')}`, value.textContent.trim());
  }
  found.set(form, texts);
  return texts;
}
