// Selecting words by keyboard: arrows move by a word, Shift+arrows widen, up and down jump, Escape ends.

import { say } from './common.js';
import { select, words } from './offsets.js';

const JUMP = 8;

export class WordPicker {
  constructor(place) {
    this.place = place;
    this.on = false;
  }

  start(text) {
    this.words = words(text);
    if (!this.words.length) return;
    this.on = true;
    [this.from, this.to] = [0, 0];
    this.place.focus();
    this.show();
    say('Selecting words: arrows move, Shift with arrows widens, a code key attaches, Escape ends.');
  }

  stop() {
    this.on = false;
  }

  /** Whether a key press was for the picker. */
  takes(event) {
    if (!this.on) return false;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: JUMP, ArrowUp: -JUMP }[event.key];
    const end = { Home: 0, End: this.words.length - 1 }[event.key];
    if (event.key === 'Escape') {
      window.getSelection().removeAllRanges();
      this.stop();
    } else if (step !== undefined || end !== undefined) {
      const last = this.words.length - 1;
      this.to = Math.max(0, Math.min(last, end ?? this.to + step));
      if (!event.shiftKey) this.from = this.to;
      this.show();
    } else return false;
    event.preventDefault();
    return true;
  }

  show() {
    const [low, high] = [Math.min(this.from, this.to), Math.max(this.from, this.to)];
    select(this.place, this.words[low].start, this.words[high].end);
  }
}
