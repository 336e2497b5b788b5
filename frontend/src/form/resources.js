// The form and its files as the engine needs them: from the server if it answers, else as they were kept. Every
// version that a draft needs stays beside the newest one, so a new version never costs anybody an answer.
import { all, change, get, put } from './store.js';

const PATIENCE = 8_000;

// A form that is kept: {id, owner, instrument, digest, xml, files: [{name, hash, blob}], at}
const idOf = (owner, instrument, digest) => `${owner}/${instrument}/${digest}`;

export class NotHere extends Error {}

export async function current({ owner, instrument, urls, digest }) {
  const kept = await get('forms', idOf(owner, instrument, digest));
  let listed;
  try {
    listed = await manifest(urls.manifest);
  } catch (error) {
    if (kept) return kept;
    throw new NotHere(error.message);
  }
  const files = await Promise.all(listed.map((file) => fetched(file, kept)));
  const isSame = kept && files.length === kept.files.length && files.every((file) => kept.files.includes(file));
  if (isSame) return kept;
  const xml = kept?.xml ?? (await textOf(urls.form));
  const form = { id: idOf(owner, instrument, digest), owner, instrument, digest, xml, files, at: Date.now(), page: location.pathname };
  await put('forms', form);
  await tidy(form);
  return form;
}

export const asOpened = (form) => ({ xml: form.xml, files: new Map(form.files.map(({ name, blob }) => [name, blob])) });

async function ask(url) {
  const answer = await fetch(url, { headers: { 'X-OpenRosa-Version': '1.0' }, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

const textOf = async (url) => (await ask(url)).text();

async function manifest(url) {
  if (!url) return [];
  const document = new DOMParser().parseFromString(await textOf(url), 'text/xml');
  return [...document.getElementsByTagName('mediaFile')].map((file) => {
    const said = (name) => file.getElementsByTagName(name)[0]?.textContent.trim() ?? '';
    return { name: said('filename'), hash: said('hash'), url: sameOrigin(said('downloadUrl')) };
  });
}

// Behind a proxy the server may know itself by another name than the one by which we reached it.
function sameOrigin(url) {
  const { pathname, search } = new URL(url, location.href);
  return pathname + search;
}

async function fetched({ name, hash, url }, kept) {
  const had = kept?.files.find((file) => file.name === name && file.hash === hash);
  if (had) return had;
  try {
    return { name, hash, blob: await (await ask(url)).blob() };
  } catch (error) {
    const older = kept?.files.find((file) => file.name === name);
    if (older) return older;
    throw error;
  }
}

async function tidy(newest) {
  const drafts = await all('drafts', newest.owner);
  const old = (await all('forms', newest.owner)).filter(
    (form) =>
      form.instrument === newest.instrument &&
      form.id !== newest.id &&
      !drafts.some((draft) => draft.instrument === form.instrument && draft.digest === form.digest),
  );
  if (old.length) await change(['forms'], ({ forms }) => old.forEach((form) => forms.delete(form.id)));
}

export async function ofDraft({ owner, instrument, digest }) {
  const form = await get('forms', idOf(owner, instrument, digest));
  if (!form) throw new NotHere('version');
  return form;
}
