// How far one is, and how fast: only time spent at the page counts, not breaks.

import { find } from './common.js';

const BREAK = 60000; // a pause longer than a minute is no reading
const RECENT = 20;

export class Pace {
  constructor(count) {
    Object.assign(this, { total: count.total, open: count.open, recent: [], spent: 0, touched: Date.now() });
    for (const kind of ['keydown', 'pointerdown', 'scroll', 'pointermove']) {
      document.addEventListener(kind, () => this.touch(), { passive: true });
    }
  }

  touch() {
    const now = Date.now();
    if (!document.hidden) this.spent += Math.min(now - this.touched, BREAK);
    this.touched = now;
  }

  begin() {
    this.spent = 0;
    this.touched = Date.now();
  }

  seconds() {
    this.touch();
    return Math.round(this.spent / 100) / 10;
  }

  /** A unit was decided on. One that was read before is a correction and counts once. */
  count(unit) {
    this.recent.push(this.seconds());
    this.recent = this.recent.slice(-RECENT);
    if (!unit.mine) this.open -= 1;
    this.show();
  }

  uncount(unit) {
    this.recent.pop();
    if (!unit.mine) this.open += 1;
    this.show();
  }

  show() {
    const read = Math.max(0, this.total - this.open);
    const bar = find('#bar');
    bar.max = Math.max(1, this.total);
    bar.value = read;
    const seconds = this.recent.reduce((sum, one) => sum + one, 0);
    const pace = this.recent.length > 2 && seconds > 0 ? ` · ${Math.round((3600 * this.recent.length) / seconds)} an hour` : '';
    find('#count').textContent = `${read} of ${this.total} read${pace}`;
  }
}
