// Decisions on their way to the server: kept until it says that they are stored, sent again with the same id.

import { ask, keep, newId, Refusal } from './common.js';

const LONGEST_WAIT = 15000;

export class Outbox {
  /** `changed(outbox)` is called whenever something was added, saved or refused. */
  constructor(project, person, changed) {
    const shelf = `textmine.${project}.${person}.outbox.`;
    this.place = shelf + newId(); // each page its own: a duplicated tab does not write over the first
    this.changed = changed;
    this.waiting = adopt(shelf, this.place);
    this.refused = [];
    this.trouble = null;
    this.savedAt = null;
    this.wait = 500;
    this.sending = false;
    this.keeps = true;
    window.addEventListener('online', () => this.send());
    window.addEventListener('beforeunload', (event) => {
      if (this.waiting.length && (!this.keeps || this.waiting.some((sent) => holdsWords(sent)))) event.preventDefault();
    });
  }

  get idle() {
    return this.waiting.length === 0;
  }

  /** Send an event; it has an id from now on, by which the server knows it again. */
  add(event) {
    const made = { id: newId(), ...event };
    this.waiting.push(made);
    this.store();
    this.changed(this);
    this.send();
    return made;
  }

  /** Wait until all is saved, or for so many milliseconds. */
  async settle(longest = 4000) {
    const end = Date.now() + longest;
    while (!this.idle && Date.now() < end) await new Promise((go) => setTimeout(go, 20));
    return this.idle;
  }

  async send() {
    if (this.sending || this.idle) return;
    this.sending = true;
    clearTimeout(this.timer);
    try {
      while (this.waiting.length) {
        await ask('event', this.waiting[0]);
        this.drop();
        this.savedAt = new Date();
        this.trouble = null;
        this.wait = 500;
        this.changed(this);
      }
    } catch (refusal) {
      this.stumble(refusal);
    } finally {
      this.sending = false;
    }
    if (this.waiting.length && !this.timer) this.send();
  }

  /** What the server refused for good is put aside and shown; all else is tried again. */
  stumble(refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    const again = [0, 401, 403, 408, 421, 425, 429].includes(refusal.status) || refusal.status >= 500;
    this.trouble = refusal;
    if (!again) {
      this.refused.push({ event: this.waiting[0], message: refusal.message });
      this.drop();
    } else {
      this.timer = setTimeout(() => {
        this.timer = null;
        this.send();
      }, this.wait);
      this.wait = Math.min(LONGEST_WAIT, this.wait * 2);
    }
    this.changed(this);
  }

  drop() {
    this.waiting.shift();
    this.timer = null;
    this.store();
  }

  /** Ids, codes and places are kept through a reload; texts are not: they might be respondents' words. */
  store() {
    this.keeps = keep.set(this.place, this.waiting.filter((sent) => !holdsWords(sent)));
  }

  /** How it stands, in words. */
  describe() {
    const many = this.waiting.length;
    if (this.trouble && many) return [`${many} not saved yet: ${this.trouble.message} Trying again.`, 'bad'];
    if (this.refused.length) return [`Not saved: ${this.refused.at(-1).message}`, 'bad'];
    if (many) return [`Saving ${many} …`, ''];
    if (this.savedAt) return [`Saved ${this.savedAt.toLocaleTimeString('en-GB')}`, 'good'];
    return ['', ''];
  }
}

const holdsWords = (event) => Boolean(event.text || event.reason);

/** What this page or one that was closed had not got through; sending an event twice stores it once. */
function adopt(shelf, mine) {
  const places = Object.keys(localStorage).filter((name) => name.startsWith(shelf));
  const found = new Map();
  for (const place of places.sort()) {
    for (const event of keep.get(place, [])) found.set(event.id, event);
    localStorage.removeItem(place);
  }
  if (found.size) keep.set(mine, [...found.values()]);
  return [...found.values()];
}
