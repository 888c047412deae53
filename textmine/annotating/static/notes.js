// Beside the codes: memos, flags, calls to act, questions to the lead, and what others said, once one may know.

import { ask, day, el, fill, find, say, tell } from './common.js';

const WORDS = { flag: ['Flagged.', 'Flag taken away.'], act_on: ['Marked: act on this.', 'Mark taken away.'] };

export class Notes {
  constructor(page) {
    this.page = page;
    find('#memo-form').addEventListener('submit', (event) => this.sendMemo(event));
    find('#question-form').addEventListener('submit', (event) => this.sendQuestion(event));
    const codes = page.start.codes.map((code) => el('option', { value: code.id }, code.name));
    find('#question-code').append(...codes);
    for (const dialog of document.querySelectorAll('dialog')) {
      find('.close', dialog)?.addEventListener('click', () => dialog.close());
      dialog.addEventListener('close', () => find('#text').focus());
    }
    find('#memo-text').addEventListener('keydown', (event) => {
      if (event.key === 'Escape') find('#text').focus();
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) find('#memo-form').requestSubmit();
    });
  }

  show(unit) {
    const first = this.page.start.memos_first;
    const memos = unit.memos.map((memo) => el('li', {}, memo.text, memo.at ? el('span', { class: 'small' }, ` ${day(memo.at)}`) : ''));
    fill(find('#memos'), memos);
    find('#memo-form').hidden = !first;
    find('#flag').setAttribute('aria-pressed', String(Boolean(unit.flag)));
    find('#act').setAttribute('aria-pressed', String(Boolean(unit.act_on)));
    const facts = find('#facts');
    facts.hidden = !unit.facts.length;
    fill(find('dl', facts), unit.facts.map((fact) => [el('dt', {}, fact.name), el('dd', {}, fact.value)]));
    const ruling = find('#reread');
    ruling.hidden = !unit.ruling;
    if (unit.ruling) {
      const name = this.page.names.get(unit.ruling.code) || unit.ruling.code;
      fill(ruling, el('strong', {}, `Please read again: a ruling on ${name}, ${day(unit.ruling.date)}. `), unit.ruling.text);
    }
    this.showSaid(unit);
  }

  openMemo() {
    if (!this.page.unit) return;
    find('#memo-form').hidden = false;
    find('#memo-text').focus();
  }

  sendMemo(event) {
    event.preventDefault();
    const field = find('#memo-text');
    const text = field.value.trim();
    if (!text || !this.page.unit) return;
    this.page.note({ kind: 'memo', text });
    this.page.unit.memos.push({ text, at: '' });
    field.value = '';
    this.show(this.page.unit);
    find('#text').focus();
    say('Memo kept.');
  }

  toggle(kind) {
    const { unit } = this.page;
    if (!unit) return;
    if (unit[kind]) {
      this.page.outbox.add({ kind: 'undo', supersedes: unit[kind] });
      this.page.past = this.page.past.filter((one) => one.id !== unit[kind]);
      unit[kind] = null;
    } else unit[kind] = this.page.note({ kind, text: '' }).id;
    say(WORDS[kind][unit[kind] ? 0 : 1]);
    this.show(unit);
  }

  openQuestion() {
    if (!this.page.unit) return;
    find('#question-code').value = this.page.draft.last || this.page.draft.codes[0] || '';
    find('#question-dialog').showModal();
    find('#question-text').focus();
  }

  sendQuestion(event) {
    event.preventDefault();
    const field = find('#question-text');
    if (!field.value.trim()) return;
    this.page.note({ kind: 'question', text: field.value.trim(), code: find('#question-code').value });
    field.value = '';
    find('#question-dialog').close();
    say('Asked. The answer will stand beside the code.');
  }

  /** What others said of the unit on the page, or of the one decided on last. */
  async showOthers() {
    if (!this.page.start.shows_after) {
      say('This project keeps readings apart: what others said is not shown.');
      return;
    }
    const unit = this.page.unit?.mine ? this.page.unit : this.last;
    if (!unit) {
      say('Decide on a unit first; then o shows what others said of it.');
      return;
    }
    await this.page.outbox.settle();
    try {
      const told = await ask('after', { id: unit.id });
      this.showSaid({ ...unit, ...told }, unit !== this.page.unit);
      if (unit === this.page.unit) this.page.shown = true;
    } catch (refusal) {
      tell(refusal);
    }
  }

  /** Remember the unit that was just decided on, so that `o` can show what others said of it. */
  follow(unit) {
    this.last = unit;
  }

  showSaid(unit, before = false) {
    const place = find('#others');
    const said = (unit.others || []).map((one) => el('li', {}, el('strong', {}, one.annotator), ': ', this.list(one)));
    const made = (unit.suggestions || []).map((one) => el('li', {}, el('strong', {}, 'Machine'), `: ${this.page.names.get(one.code) || one.code} (${one.score.toFixed(2)}, ${one.band})`));
    place.hidden = unit.others === null && unit.suggestions === null;
    if (place.hidden) return;
    const nobody = el('li', {}, 'Nobody else has read it, and no suggestion is kept.');
    fill(place, el('h2', {}, before ? 'What others said of the last one' : 'What others said'), el('ul', {}, said.length + made.length ? [said, made].flat() : nobody));
  }

  list(coding) {
    if (!coding.codes.length) return 'nothing found';
    return coding.codes.map((code) => (this.page.names.get(code) || code) + (coding.stances[code] ? ` (${coding.stances[code]})` : '')).join(', ');
  }
}
