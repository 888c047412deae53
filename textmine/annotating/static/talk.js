// A unit that is a turn of a conversation is read in it: what was said before stands above, what came after below.

import { ask, el, fill, find, tell } from './common.js';

export class Talk {
  constructor(page) {
    this.page = page;
    this.talks = new Map();
    this.turns = [];
  }

  async show(unit) {
    const [before, after] = [find('#before'), find('#after')];
    before.hidden = after.hidden = !unit.talk;
    find('#stage').dataset.talk = unit.talk ? 'true' : 'false';
    find('#speaker').hidden = !unit.talk;
    this.turns = [];
    if (!unit.talk) return;
    const turns = await this.fetch(unit);
    if (!turns || this.page.unit !== unit) return;
    this.turns = turns;
    const at = this.turns.findIndex((turn) => turn.id === unit.id);
    fill(find('#speaker'), this.turns[at].speaker || 'Speaker', this.turns[at].time ? ` · ${this.turns[at].time}` : '');
    fill(before, this.turns.slice(0, at).map((turn) => this.row(turn)));
    fill(after, this.turns.slice(at + 1).map((turn) => this.row(turn)));
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    find('#turn').scrollIntoView({ block: 'center', behavior: calm ? 'auto' : 'smooth' });
  }

  async fetch(unit) {
    if (!this.talks.has(unit.talk)) {
      try {
        this.talks.set(unit.talk, (await ask('talk', { id: unit.id })).turns);
      } catch (refusal) {
        tell(refusal);
        return null;
      }
    }
    return this.talks.get(unit.talk);
  }

  /** A conversation is coded from its first turn on: the turn to read instead of this one, if there is one. */
  async first(unit) {
    if (!unit.talk || unit.ruling) return null;
    const turns = (await this.fetch(unit)) || [];
    const next = turns.find((turn) => turn.own && turn.todo);
    return next && next.id !== unit.id ? next.id : null;
  }

  mark(unit, read = true) {
    const turn = (this.talks.get(unit.talk) || []).find((one) => one.id === unit.id);
    if (turn) Object.assign(turn, { read, todo: !read });
  }

  row(turn) {
    const go = turn.own
      ? el('button', { type: 'button', class: 'quiet', onclick: () => this.page.open(turn.id) }, turn.read ? 'Look again' : 'Code this turn')
      : null;
    return el('li', { class: turn.role === 'interviewer' ? 'turn asks' : 'turn' },
      el('span', { class: 'speaker' }, turn.speaker || 'Speaker'), el('span', { class: 'said' }, turn.text), go);
  }

  /** The next or the last turn that is one's own; false at an end of the conversation. */
  step(by) {
    const own = this.turns.filter((turn) => turn.own || turn.id === this.page.unit.id);
    const wanted = own[own.findIndex((turn) => turn.id === this.page.unit.id) + by];
    if (!wanted) return false;
    this.page.open(wanted.id);
    return true;
  }
}
