// The reading page: one unit at a time, all by keyboard; what was decided is said to be saved once it is.

import { ask, el, fill, find, keep, newId, say, tell } from './common.js';
import { CodePanel } from './codes.js';
import { listen } from './commands.js';
import { Draft } from './draft.js';
import { Keys } from './keys.js';
import { Notes } from './notes.js';
import { selected, slice } from './offsets.js';
import { Outbox } from './outbox.js';
import { Pace } from './pace.js';
import { Talk } from './talk.js';
import { showText, tintOf } from './text.js';
import { WordPicker } from './picker.js';

const AHEAD = 4;
const KEPT = 60;
const KINDS = { decision: 'the last decision', act_on: 'act on this' };

class Reading {
  constructor(start) {
    this.start = start;
    this.place = find('#text');
    this.tint = tintOf(start.codes);
    this.names = new Map(start.codes.map((code) => [code.id, code.name]));
    this.keys = new Keys(start.project, start.codes);
    this.outbox = new Outbox(start.project, start.person.name, () => this.showSaved());
    this.panel = new CodePanel(find('#codes'), start, this.keys, this.tint, {
      toggle: (code) => this.toggle(code),
      stand: (code, stance) => this.stand(code, stance),
    });
    this.picker = new WordPicker(this.place);
    this.pace = new Pace(start.count, start.person.name, start.project);
    this.talk = new Talk(this);
    this.notes = new Notes(this);
    this.queue = [];
    this.past = start.recent;
    this.redone = [];
    this.seen = new Map();
    this.asked = false;
    this.selection = null;
  }

  // --- which unit ---------------------------------------------------------------------------------------

  /** Units whose decision is on its way, or that lie ready: the server is asked for others. */
  passed() {
    const sent = this.outbox.waiting.map((event) => event.reading);
    const ready = [this.unit, ...this.queue].filter(Boolean).map((unit) => unit.reading);
    return [...sent, ...ready].filter(Boolean);
  }

  async refill() {
    if (this.filling) return this.filling;
    this.filling = ask('next', { passed: this.passed(), limit: AHEAD })
      .then(({ units }) => {
        const held = new Set(this.passed());
        this.queue.push(...units.filter((unit) => !held.has(unit.reading)));
      })
      .finally(() => (this.filling = null));
    return this.filling;
  }

  async next() {
    this.unit = null;
    if (!this.queue.length) {
      try {
        await this.refill();
      } catch (refusal) {
        this.showNothing(refusal.message);
        setTimeout(() => !this.unit && this.next(), 3000);
        return;
      }
    }
    const unit = this.queue.shift();
    const turn = unit && (await this.talk.first(unit));
    if (!unit) this.showNothing('');
    else if (turn) {
      this.queue.unshift(unit);
      await this.open(turn);
    } else this.load(unit);
    if (this.queue.length < AHEAD / 2) this.refill().catch(() => {});
  }

  /** Put a unit on the page, with what was in mind for it: given, kept from before a reload, or decided. */
  load(unit, coding = null) {
    this.unit = unit;
    this.seen.set(unit.reading || unit.id, unit);
    if (this.seen.size > KEPT) this.seen.delete(this.seen.keys().next().value);
    const kept = keep.get(this.draftPlace(), null);
    const mine = kept && kept.unit === unit.id && kept.reading === unit.reading ? kept : null;
    this.draft = new Draft(this.start.codes, unit.mine);
    if (coding || mine) this.draft.state = new Draft(this.start.codes, coding || mine).state;
    this.asked = false;
    this.selection = null;
    this.shown = Boolean(unit.others || unit.suggestions);
    this.picker.stop();
    this.pace.begin();
    this.show();
    this.talk.show(unit);
    this.notes.show(unit);
    this.place.focus({ preventScroll: Boolean(unit.talk) });
  }

  /** Go to any unit of one's own; what is on the page comes again after it. */
  async open(id) {
    try {
      const unit = await ask('unit', { id });
      if (this.unit && this.unit.id !== id) this.queue.unshift(this.unit);
      this.forget(unit);
      this.load(unit);
    } catch (refusal) {
      tell(refusal);
    }
  }

  /** A unit that is on the page or decided on does not come from the queue as well. */
  forget(unit) {
    this.queue = this.queue.filter((one) => !one.reading || one.reading !== unit.reading);
  }

  showNothing(message) {
    this.unit = null;
    const done = this.pace.open <= 0 || !message;
    fill(find('#question'));
    fill(this.place, message || (done ? 'Nothing left to read. Thank you.' : ''));
    find('#stage').dataset.empty = 'true';
    this.pace.show();
  }

  // --- what one does ------------------------------------------------------------------------------------

  toggle(code) {
    if (!this.unit) return;
    const stretch = selected(this.place, this.unit.text) || this.selection;
    if (stretch) {
      this.draft.attach(code, stretch.start, stretch.end, this.start.one_code);
      window.getSelection().removeAllRanges();
      this.picker.stop();
      this.selection = null;
      say(`${this.names.get(code)}: words attached.`);
    } else {
      this.draft.toggle(code, this.start.one_code);
      say(`${this.names.get(code)} ${this.draft.has(code) ? 'given' : 'taken away'}.`);
    }
    this.change();
  }

  stand(code, stance) {
    if (!this.unit) return;
    const trouble = this.draft.stand(code || this.draft.last, stance);
    if (trouble) say(trouble, 'bad');
    else this.change();
  }

  change() {
    this.asked = false;
    keep.set(this.draftPlace(), { unit: this.unit.id, reading: this.unit.reading, ...this.draft.payload() });
    this.show();
  }

  save() {
    if (!this.unit) return;
    if (!this.draft.codes.length) {
      say('No code given. Press n if you read it and found nothing, or s to skip.', 'bad');
      return;
    }
    const bare = this.unit.asks_evidence ? this.draft.bare() : [];
    if (bare.length && !this.asked) {
      this.asked = true;
      const names = bare.map((code) => this.names.get(code)).join(', ');
      say(`Which words show it? Select them and press the key of: ${names}. Enter again goes on without.`, 'ask');
      return;
    }
    this.decide(this.draft.payload());
  }

  nothing() {
    if (this.unit) this.decide({ codes: [], stances: {}, spans: [] });
  }

  decide(coding) {
    const { unit } = this;
    const event = { kind: 'decision', unit_id: unit.id, reading: unit.reading, ...coding };
    this.finish({ ...event, seconds: this.pace.seconds(), suggestions_shown: this.shown }, coding);
    this.pace.count(unit);
  }

  skip() {
    if (!this.unit) return;
    this.finish({ kind: 'skip', unit_id: this.unit.id, reading: this.unit.reading }, this.draft.payload());
    this.pace.count(this.unit);
  }

  finish(event, coding) {
    const sent = this.outbox.add(event);
    const { unit } = this;
    if (this.asked) say(''); // the question for words was about this unit
    this.past.unshift({ id: sent.id, kind: event.kind, unit_id: unit.id, reading: unit.reading, coding });
    this.redone = [];
    keep.set(this.draftPlace(), null);
    this.notes.follow(unit);
    this.talk.mark(unit);
    this.forget(unit);
    this.next();
  }

  /** Take back the last change: first of the draft, then of what was sent. */
  async undo() {
    if (this.unit && this.draft.undo()) {
      this.change();
      say('Taken back.');
      return;
    }
    const last = this.past.shift();
    if (!last) {
      say('Nothing to undo.');
      return;
    }
    const sent = this.outbox.add({ kind: 'undo', supersedes: last.id });
    this.redone.push({ undo: sent.id, last });
    if (last.kind === 'decision' || last.kind === 'skip') await this.bringBack(last);
    else if (this.unit?.id === last.unit_id) await this.refresh();
    say(`Taken back: ${KINDS[last.kind] || last.kind}.`);
  }

  async redo() {
    if (this.unit && this.draft.redo()) {
      this.change();
      return;
    }
    const again = this.redone.pop();
    if (!again) {
      say('Nothing to redo.');
      return;
    }
    this.outbox.add({ kind: 'undo', supersedes: again.undo });
    this.past.unshift(again.last);
    if (again.last.kind !== 'decision' && again.last.kind !== 'skip') await this.refresh();
    else if (this.unit?.id === again.last.unit_id) {
      keep.set(this.draftPlace(), null);
      this.pace.count(this.unit);
      this.next();
    }
    say('Done again.');
  }

  /** The unit of a decision that was taken back, as it stood when it was decided. */
  async bringBack(last) {
    if (this.unit && this.unit.id !== last.unit_id) this.queue.unshift(this.unit);
    let unit = this.seen.get(last.reading) || this.seen.get(last.unit_id);
    if (!unit) {
      await this.outbox.settle();
      try {
        const { units } = await ask('next', { passed: [], limit: AHEAD });
        unit = units.find((one) => one.reading === last.reading) || (await ask('unit', { id: last.unit_id }));
      } catch (refusal) {
        tell(refusal);
        return;
      }
    }
    this.forget(unit);
    this.talk.mark(unit, false);
    this.pace.uncount(unit);
    this.load({ ...unit, mine: null }, last.coding);
  }

  /** What the server knows of the unit on the page, after a note was added or taken back. */
  async refresh() {
    if (!this.unit || !(await this.outbox.settle())) return;
    const { id } = this.unit;
    const fresh = await ask('unit', { id }).catch(() => null);
    if (!fresh || this.unit?.id !== id || fresh.reading !== this.unit.reading) return;
    Object.assign(this.unit, { memos: fresh.memos, flag: fresh.flag, act_on: fresh.act_on });
    this.notes.show(this.unit);
  }

  /** Send a note, and remember it for undo. */
  note(event) {
    const sent = this.outbox.add({ unit_id: this.unit.id, ...event });
    this.past.unshift({ id: sent.id, kind: event.kind, unit_id: this.unit.id, reading: this.unit.reading, coding: null });
    return sent;
  }

  /** One's own units before and after this one, in the order in which they were read. */
  async step(by) {
    if (this.unit?.talk && this.talk.step(by)) return;
    const read = this.past.filter((one) => one.kind === 'decision').map((one) => one.unit_id);
    const units = [...new Set(read)];
    const at = this.unit ? units.indexOf(this.unit.id) : -1;
    const wanted = units[at - by];
    if (wanted !== undefined && at - by >= 0) await this.open(wanted);
    else if (by > 0 && at >= 0) await this.next();
    else say(by < 0 ? 'Nothing earlier.' : 'Nothing later: decide on this one first.');
  }

  // --- what is seen -------------------------------------------------------------------------------------

  show() {
    const { unit, draft } = this;
    find('#stage').dataset.empty = 'false';
    find('#question').textContent = unit.question || (unit.talk ? `Conversation ${unit.talk}` : 'Comment');
    const label = (code) => this.keys.key(code) || this.names.get(code);
    showText(this.place, unit.text, draft.spans, label, this.tint);
    this.panel.show(draft);
    this.showGiven();
    this.pace.show();
    find('#evidence').hidden = !unit.asks_evidence;
  }

  showGiven() {
    const { draft, unit } = this;
    const items = draft.codes.map((code) => {
      const spans = draft.spans.filter((span) => span.code === code);
      const quotes = spans.map((span) => el('span', { class: 'quote' }, `“${slice(unit.text, span.start, span.end)}”`,
        el('button', { type: 'button', class: 'drop', 'aria-label': `Take these words from ${this.names.get(code)}`, onclick: () => {
          draft.detach(span);
          this.change();
        } }, '×')));
      const stance = draft.state.stances[code];
      return el('li', { class: `tint${this.tint(code)}` }, el('strong', {}, this.names.get(code)), stance ? ` (${stance})` : '', quotes);
    });
    fill(find('#given'), items.length ? items : el('li', { class: 'none' }, 'No code given yet.'));
  }

  showSaved() {
    const [message, kind] = this.outbox.describe();
    const place = find('#saved');
    place.className = kind;
    place.textContent = message;
  }

  draftPlace() {
    return `textmine.${this.start.project}.${this.start.person.name}.draft`;
  }
}

const start = await ask('start').catch((refusal) => tell(refusal));
if (start) {
  const page = new Reading(start);
  listen(page);
  page.outbox.send();
  await page.outbox.settle(2000);
  const wanted = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, '', location.pathname);
  await page.next();
  if (wanted) await page.open(wanted);
  find('#main').dataset.ready = newId();
}
