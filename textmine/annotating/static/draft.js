// What a reader has in mind for one unit before it is saved: codes, stances, stretches; with its own undo.

export class Draft {
  constructor(codebook, coding = null) {
    this.codebook = codebook;
    this.past = [];
    this.future = [];
    this.last = null;
    this.state = coding
      ? { codes: [...coding.codes], stances: { ...coding.stances }, spans: coding.spans.map((span) => ({ ...span })) }
      : { codes: [], stances: {}, spans: [] };
    this.start = JSON.stringify(this.state);
  }

  get codes() {
    return this.codebook.map((code) => code.id).filter((id) => this.state.codes.includes(id));
  }

  get spans() {
    return [...this.state.spans].sort((a, b) => a.start - b.start || a.end - b.end);
  }

  get changed() {
    return JSON.stringify(this.state) !== this.start;
  }

  has(code) {
    return this.state.codes.includes(code);
  }

  change(work) {
    this.past.push(JSON.stringify(this.state));
    this.future = [];
    work(this.state);
  }

  /** Give or take a code; where only one is allowed, the other one goes. */
  toggle(code, only = false) {
    this.change((state) => {
      if (this.has(code)) {
        state.codes = state.codes.filter((id) => id !== code);
        state.spans = state.spans.filter((span) => span.code !== code);
        delete state.stances[code];
      } else {
        if (only) Object.assign(state, { codes: [], spans: [], stances: {} });
        state.codes.push(code);
      }
    });
    this.last = this.has(code) ? code : null;
  }

  /** Attach a stretch to a code, which is given with it. */
  attach(code, start, end, only = false) {
    const same = (span) => span.code === code && span.start === start && span.end === end;
    if (this.state.spans.some(same)) return;
    this.change((state) => {
      if (only && !this.has(code)) Object.assign(state, { codes: [], spans: [], stances: {} });
      if (!this.has(code)) state.codes.push(code);
      state.spans.push({ code, start, end });
    });
    this.last = code;
  }

  detach(span) {
    this.change((state) => {
      state.spans = state.spans.filter((kept) => !(kept.code === span.code && kept.start === span.start && kept.end === span.end));
    });
  }

  /** Say how the text stands to a code; the same stance again takes it away. Gives what stood in the way. */
  stand(code, stance) {
    if (!code || !this.has(code)) return 'Give a code first, then its stance.';
    const { name, stance: asked } = this.codebook.find((one) => one.id === code);
    if (!asked) return `No stance is asked for ${name}.`;
    this.change((state) => {
      if (state.stances[code] === stance) delete state.stances[code];
      else state.stances[code] = stance;
    });
    return '';
  }

  undo() {
    if (!this.past.length) return false;
    this.future.push(JSON.stringify(this.state));
    this.state = JSON.parse(this.past.pop());
    return true;
  }

  redo() {
    if (!this.future.length) return false;
    this.past.push(JSON.stringify(this.state));
    this.state = JSON.parse(this.future.pop());
    return true;
  }

  /** The codes that were given without a stretch of the text. */
  bare() {
    return this.codes.filter((code) => !this.state.spans.some((span) => span.code === code));
  }

  /** What is sent: places only; the server puts the words in. */
  payload() {
    return { codes: this.codes, stances: this.state.stances, spans: this.spans };
  }
}

export const STANCES = [
  ['affirms', '+'],
  ['denies', '−'],
  ['mixed', '*'],
];
