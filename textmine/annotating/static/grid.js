// The survey grid: short answers in rows, a page of them at a time, coded by keyboard where they stand.

import { ask, cap, el, fill, find, isTyping, say, tell } from './common.js';
import { Draft } from './draft.js';
import { Keys, openHelp } from './keys.js';
import { selected } from './offsets.js';
import { Outbox } from './outbox.js';
import { WordPicker } from './picker.js';
import { showText, tintOf } from './text.js';

const ROWS = 50;

class Grid {
  constructor(start) {
    this.start = start;
    this.keys = new Keys(start.project, start.codes);
    this.tint = tintOf(start.codes);
    this.names = new Map(start.codes.map((code) => [code.id, code.name]));
    this.outbox = new Outbox(start.project, start.person.name, () => this.showSaved());
    this.pages = new Map();
    this.picker = new WordPicker(null);
    [this.offset, this.total, this.at, this.unread] = [0, 0, 0, false];
    this.done = [];
    this.began = Date.now();
    find('#unread').addEventListener('change', (event) => this.only(event.target.checked));
    find('#earlier').addEventListener('click', () => this.turn(-1));
    find('#later').addEventListener('click', () => this.turn(1));
    this.showKeys();
  }

  // --- pages of rows --------------------------------------------------------------------------------------

  async fetch(offset) {
    if (!this.pages.has(offset)) {
      const told = await ask('rows', { offset, limit: ROWS, unread: this.unread });
      this.total = told.total;
      const rows = told.rows.map((row) => ({ ...row, draft: new Draft(this.start.codes, row.mine), saved: Boolean(row.mine) }));
      this.pages.set(offset, rows);
    }
    return this.pages.get(offset);
  }

  async open(offset, at) {
    try {
      this.rows = await this.fetch(offset);
    } catch (refusal) {
      tell(refusal);
      return;
    }
    this.offset = offset;
    const body = find('#rows');
    fill(body, this.rows.map((row, number) => this.build(row, number)));
    const last = Math.min(this.total, offset + this.rows.length);
    find('#where').textContent = this.total ? `Rows ${offset + 1} to ${last} of ${this.total}` : 'No rows.';
    find('#earlier').disabled = offset === 0;
    find('#later').disabled = last >= this.total;
    find('#grid').setAttribute('aria-rowcount', String(this.total));
    if (this.rows.length) this.focus(at < 0 ? this.rows.length - 1 : Math.min(at, this.rows.length - 1));
    if (last < this.total) this.fetch(offset + ROWS).catch(() => {});
  }

  async turn(by) {
    const offset = this.offset + by * ROWS;
    if (offset < 0 || offset >= this.total || !this.leave()) return;
    await this.open(offset, by < 0 ? -1 : 0);
  }

  async only(unread) {
    this.leave(true);
    await this.outbox.settle();
    this.pages.clear();
    this.unread = unread;
    await this.open(0, 0);
  }

  build(row, number) {
    row.given = el('td', { class: 'coded' });
    row.mark = el('td', { class: 'mark' });
    row.words = el('span');
    row.hint = row.asks_evidence ? el('span', { class: 'small' }, 'Show the words: select them (', cap('v'), ' by keyboard), then the code’s key.') : null;
    const go = () => this.at !== number && this.focus(number);
    row.place = el('tr', { tabindex: '-1', 'aria-rowindex': String(row.number), onclick: go, onfocus: go },
      el('th', { scope: 'row' }, String(row.number)),
      el('td', { class: 'answer' },
        row.question ? el('span', { class: 'small' }, row.question) : null,
        row.words,
        row.hint),
      row.given, row.mark);
    this.show(row);
    return row.place;
  }

  show(row) {
    const chips = row.draft.codes.map((code) => {
      const stance = row.draft.state.stances[code];
      return el('span', { class: `chip tint${this.tint(code)}` }, this.names.get(code), stance ? ` (${stance})` : '');
    });
    showText(row.words, row.text, row.draft.spans, (code) => this.keys.key(code) || this.names.get(code), this.tint);
    const nothing = row.saved && !chips.length ? el('span', { class: 'small' }, 'nothing found') : null;
    fill(row.given, chips, nothing);
    const [sign, words] = row.draft.changed ? ['•', 'not saved yet'] : row.saved ? ['✓', 'decided'] : ['', 'not read'];
    fill(row.mark, el('span', { 'aria-hidden': 'true' }, sign), el('span', { class: 'unseen' }, words));
    if (row.hint) row.hint.hidden = row.saved && !row.draft.changed;
    row.place.classList.toggle('changed', row.draft.changed);
  }

  /** Go to a row; the one that is left is saved, unless its words are still to be shown. */
  focus(number) {
    if (this.at !== number && !this.leave()) {
      this.row.place.focus({ preventScroll: true });
      return;
    }
    this.rows[this.at]?.place.setAttribute('tabindex', '-1');
    this.at = number;
    this.picker.stop();
    this.began = Date.now();
    const { place } = this.rows[number];
    place.setAttribute('tabindex', '0');
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: 'nearest' });
  }

  // --- what one does --------------------------------------------------------------------------------------

  get row() {
    return this.rows?.[this.at];
  }

  change(work) {
    if (!this.row) return;
    work(this.row.draft);
    this.row.asked = false;
    this.show(this.row);
  }

  /** A row that was changed is saved when one leaves it, unless nothing is left on it; false: please stay. */
  leave(anyway = false) {
    const row = this.row;
    if (!row?.draft.changed) return true;
    if (!row.draft.codes.length) {
      say(`Row ${row.number} has no code now. Press n on it if it holds nothing.`, 'bad');
      return true;
    }
    const bare = row.asks_evidence ? row.draft.bare() : [];
    if (bare.length && !row.asked && !anyway) {
      row.asked = true;
      const names = bare.map((code) => this.names.get(code)).join(', ');
      say(`Which words show it? Press v, choose them with the arrows, then the key of: ${names}. Leaving again goes on without.`, 'ask');
      return false;
    }
    this.save(row);
    return true;
  }

  save(row) {
    const coding = row.draft.payload();
    const seconds = Math.min(600, Math.round((Date.now() - this.began) / 100) / 10);
    const sent = this.outbox.add({ kind: 'decision', unit_id: row.id, seconds, ...coding });
    this.done.push({ id: sent.id, row, before: row.mine, was: row.saved });
    row.mine = coding;
    row.saved = true;
    row.draft = new Draft(this.start.codes, coding);
    row.asked = false;
    this.show(row);
  }

  enter() {
    const { row } = this;
    if (!row) return;
    if (!row.draft.codes.length && !row.saved) {
      say('No code given. Press n if you read it and found nothing.', 'bad');
      return;
    }
    this.move(1);
  }

  nothing() {
    const { row } = this;
    if (!row) return;
    row.draft = new Draft(this.start.codes);
    this.save(row);
    this.move(1);
  }

  move(by) {
    const to = this.at + by;
    if (to >= 0 && to < this.rows.length) this.focus(to);
    else if (to < 0 ? this.offset > 0 : this.offset + ROWS < this.total) this.turn(Math.sign(by));
    else {
      this.leave();
      say(by > 0 ? 'This is the last row.' : 'This is the first row.');
    }
  }

  undo() {
    if (this.row?.draft.undo()) {
      this.show(this.row);
      return;
    }
    const last = this.done.pop();
    if (!last) {
      say('Nothing to undo.');
      return;
    }
    this.outbox.add({ kind: 'undo', supersedes: last.id });
    last.row.mine = last.before;
    last.row.saved = last.was;
    last.row.draft = new Draft(this.start.codes, last.before);
    this.show(last.row);
    const number = this.rows.indexOf(last.row);
    if (number >= 0) this.focus(number);
    say(`Row ${last.row.number}: taken back.`);
  }

  // --- what is seen ---------------------------------------------------------------------------------------

  showKeys() {
    const items = this.start.codes.map((code) => el('li', {}, el('button', {
      type: 'button',
      class: `code tint${this.tint(code.id)}`,
      title: code.definition,
      onmousedown: (event) => event.preventDefault(),
      onclick: () => this.toggle(code.id),
    }, cap(this.keys.key(code.id) || '·'), el('span', { class: 'name' }, code.name))));
    fill(find('#keys'), items);
  }

  /** Give or take a code; with words of the row selected, attach them to it. */
  toggle(code) {
    const stretch = this.row && selected(this.row.words, this.row.text);
    if (stretch) {
      window.getSelection().removeAllRanges();
      this.picker.stop();
      this.change((draft) => draft.attach(code, stretch.start, stretch.end, this.start.one_code));
      say(`${this.names.get(code)}: words attached.`);
      return;
    }
    this.change((draft) => draft.toggle(code, this.start.one_code));
    if (this.row) say(`${this.names.get(code)} ${this.row.draft.has(code) ? 'given' : 'taken away'}.`);
  }

  stand(stance) {
    const trouble = this.row && this.row.draft.stand(this.row.draft.last, stance);
    if (trouble) say(trouble, 'bad');
    else this.change(() => {});
  }

  pick() {
    if (!this.row) return;
    this.picker.place = this.row.words;
    this.picker.start(this.row.text);
  }

  showSaved() {
    const [message, kind] = this.outbox.describe();
    find('#saved').className = kind;
    find('#saved').textContent = message;
  }
}

function listen(grid) {
  const commands = {
    ArrowDown: () => grid.move(1),
    ArrowUp: () => grid.move(-1),
    PageDown: () => grid.turn(1),
    PageUp: () => grid.turn(-1),
    Enter: () => grid.enter(),
    n: () => grid.nothing(),
    u: () => grid.undo(),
    v: () => grid.pick(),
    '+': () => grid.stand('affirms'),
    '=': () => grid.stand('affirms'),
    '-': () => grid.stand('denies'),
    '*': () => grid.stand('mixed'),
    '/': () => location.assign('/search'),
    '?': () => openHelp(grid.keys, () => grid.showKeys()),
  };
  document.addEventListener('keydown', (event) => {
    if (document.querySelector('dialog[open]') || isTyping(event)) return;
    if (grid.picker.takes(event)) return;
    if ((event.key === 'Enter' || event.key === ' ') && event.target.closest('button, a')) return;
    if (!grid.keys.on && event.key.length === 1) return;
    const code = grid.keys.code(event.key);
    const work = code ? () => grid.toggle(code) : commands[event.key];
    if (!work) return;
    event.preventDefault();
    work();
  });
  find('#help .close').addEventListener('click', () => find('#help').close());
  find('#open-help').addEventListener('click', commands['?']);
  window.addEventListener('pagehide', () => grid.leave(true));
}

const start = await ask('start').catch((refusal) => tell(refusal));
if (start) {
  const grid = new Grid(start);
  listen(grid);
  grid.outbox.send();
  await grid.outbox.settle(2000);
  await grid.open(0, 0);
  find('#main').dataset.ready = 'yes';
}
