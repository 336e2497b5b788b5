// Forms and their lists of names leave the device with the right to them; what a draft still needs stays with it.
import { all, change } from './store.js';

export async function forget(isMeant) {
  const drafts = await all('drafts');
  const needed = new Set(drafts.map(({ owner, instrument, digest }) => `${owner}/${instrument}/${digest}`));
  const gone = (await all('forms')).filter((form) => isMeant(form) && !needed.has(form.id));
  if (gone.length) await change(['forms'], ({ forms }) => gone.forEach((form) => forms.delete(form.id)));
}
