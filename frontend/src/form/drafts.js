// A form that is being filled, saved on the device a moment after every answer: XML, files, and the page at hand.
import { answersOf } from './engine.js';
import { put, newId } from './store.js';

const PAUSE = 400;

export class Draft {
  // row: {id, owner, instrument, digest, xml, files, instanceId, instanceName, page, layout, at, edits}
  constructor(root, row, tell) {
    this.root = root;
    this.row = { id: newId(), ...row };
    this.tell = tell; // 'saving', 'saved' or an error
    this.timer = 0;
    this.saving = Promise.resolve();
    this.isDone = false;
    this.isStale = false; // something has changed since the answers were last gathered
  }

  soon() {
    this.isStale = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(), PAUSE);
    this.tell('saving');
  }

  // One after the other: an older state must not overwrite a newer one.
  now() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.saving = this.saving.then(() => this.save());
    return this.saving;
  }

  async save() {
    if (this.isDone) return;
    try {
      this.isStale = false;
      const answers = await answersOf(this.root);
      Object.assign(this.row, answers, { at: Date.now() });
      if (!this.isDone) await put('drafts', { ...this.row });
      if (!this.isStale) this.tell('saved');
    } catch (error) {
      this.tell(error);
    }
  }

  get isWaiting() {
    return this.timer !== 0;
  }

  // From here on nothing is written any more: the form has moved into the queue.
  async end() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.isDone = true;
    await this.saving;
  }
}
