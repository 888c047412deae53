// What all pages share: making elements (words are always set as text), asking the server, saying things.

export const csrf = document.querySelector('meta[name="csrf"]').content;

/** An element with properties and children; strings become text, never markup. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'class') made.className = value;
    else if (name === 'data') Object.assign(made.dataset, value);
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const find = (selector, inside = document) => inside.querySelector(selector);

/** Put new children in the place of the old. */
export function fill(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return place;
}

/** A refusal by the server: its status and the line it gave. Status 0: it was not reached. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Ask the server for something; throws a Refusal. */
export async function ask(name, body = {}) {
  let answer;
  try {
    answer = await fetch(`/api/${name}`, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Refusal(0, 'The server cannot be reached.');
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, told.error || `The server answered ${answer.status}.`);
  return told;
}

/** An id that no other event has. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Say something to everybody, screen readers included. Kinds: '', 'good', 'bad'. */
export function say(message, kind = '') {
  const place = find('#said');
  if (!place) return;
  place.className = kind;
  place.textContent = message;
}

/** Show what went wrong, in the server's words. */
export function tell(refusal) {
  say(refusal.message, 'bad');
}

/** Whether a key press is meant for a field or a control rather than for the page. */
export function isTyping(event) {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return true;
  return target.matches('input, textarea, select') || target.isContentEditable;
}

/** A key as people see it on their keyboard. */
export const cap = (key) => el('kbd', {}, key);

/** A day as it is written in England. */
export function day(at) {
  const date = new Date(at);
  return Number.isNaN(date.getTime())
    ? at
    : date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** What this browser keeps between visits: choices and ids, never what respondents wrote. */
export const keep = {
  get(name, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(name)) ?? otherwise;
    } catch {
      return otherwise;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
};

find('#leave')?.addEventListener('click', async () => {
  await ask('leave').catch(() => {});
  location.replace('/');
});
