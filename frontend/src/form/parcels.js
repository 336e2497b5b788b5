// The queue as a file that can be carried: one folder per form with the XML and its files, as ODK Briefcase lays
// them, and an index that says where each was bound for.
import { change, newId } from './store.js';
import { pack, unpack } from './zip.js';

const INDEX = 'nanduti-queue.json';

export async function exported(items) {
  const entries = [];
  const index = items.map((item, i) => {
    const folder = `${i + 1}`;
    entries.push([`${folder}/submission.xml`, item.xml]);
    for (const file of item.files) entries.push([`${folder}/${file.name}`, file]);
    const { instrument, title, url, instanceId, instanceName, finishedAt } = item;
    // The address holds an enumerator's key; whoever takes the file in sends with the own one.
    return { folder, instrument, title, instanceId, instanceName, finishedAt, door: url.split('/').pop() };
  });
  entries.push([INDEX, JSON.stringify({ kind: 'nanduti-queue', version: 1, forms: index }, null, 2)]);
  return pack(entries);
}

// Forms from such a file enter the queue of whoever is at the device now; returns how many.
export async function imported(blob, { owner, url }) {
  const files = await unpack(blob);
  const index = JSON.parse(await files.get(INDEX)?.text());
  if (index.kind !== 'nanduti-queue') throw new Error('not a queue');
  const items = [];
  for (const { folder, instrument, title, instanceId, instanceName, finishedAt } of index.forms) {
    const xml = await files.get(`${folder}/submission.xml`).text();
    const names = [...files.keys()].filter((path) => path.startsWith(`${folder}/`) && path !== `${folder}/submission.xml`);
    const own = names.map((path) => new File([files.get(path)], path.slice(folder.length + 1)));
    items.push({
      id: newId(), owner, instrument, title, url, xml, files: own, instanceId, instanceName, finishedAt,
      state: 'waiting', attempts: 0, nextAt: 0, status: 0, message: '',
    });
  }
  await change(['queue'], ({ queue }) => items.forEach((item) => queue.put(item)));
  return items.length;
}

export function download(blob, name) {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
