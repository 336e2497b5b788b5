// One filled form on its way to the server, as a phone would send it: split where it is larger than the server
// takes at once or has more than a hundred files, each part repeatable, and 201 or 202 as the only good answers.
const FILES_AT_ONCE = 100;
const DEFAULT_LIMIT = 10_000_000;
const PATIENCE = 60_000;
const SLOWEST = 4_000; // bytes a second: a line slower than that is no line, and others wait for the lock

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// item: {url, xml, files, owner}
export async function upload(item) {
  const limit = item.files.length ? await limitOf(item) : Infinity;
  const parts = partsOf(item, limit);
  let said = '';
  for (const [i, files] of parts.entries()) said = await post(item, files, i < parts.length - 1);
  return said;
}

const headers = (item) => ({ 'X-OpenRosa-Version': '1.0', 'X-Nanduti-Owner': item.owner, 'X-Nanduti-Channel': 'browser' });

async function limitOf(item) {
  const answer = await fetch(item.url, { method: 'HEAD', headers: headers(item), cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
  return Number(answer.headers.get('X-OpenRosa-Accept-Content-Length')) || DEFAULT_LIMIT;
}

export function partsOf({ xml, files }, limit) {
  const parts = [[]];
  const own = xml.length * 3 + 2000;
  let size = own;
  for (const file of files) {
    const last = parts.at(-1);
    if (last.length && (size + file.size > limit || last.length >= FILES_AT_ONCE)) {
      parts.push([]);
      size = own;
    }
    parts.at(-1).push(file);
    size += file.size + 500;
  }
  return parts;
}

async function post(item, files, hasMore) {
  const data = new FormData();
  data.set('xml_submission_file', new Blob([item.xml], { type: 'text/xml' }), 'xml_submission_file');
  for (const file of files) data.append(file.name, file, file.name);
  if (hasMore) data.set('*isIncomplete*', 'yes');
  const size = files.reduce((sum, file) => sum + file.size, item.xml.length);
  const signal = AbortSignal.timeout(PATIENCE + (size / SLOWEST) * 1000);
  const answer = await fetch(item.url, { method: 'POST', headers: headers(item), body: data, cache: 'no-store', redirect: 'manual', signal });
  const said = (await answer.text().catch(() => '')).match(/<message[^>]*>([^<]*)</)?.[1]?.trim() ?? '';
  if (answer.status === 201 || answer.status === 202) return unescape(said);
  throw new Refused(answer.type === 'opaqueredirect' ? 401 : answer.status, unescape(said));
}

function unescape(text) {
  const signs = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_all, name) => signs[name]);
}
