// The page that a link opens: the token behind # is changed for a cookie at once and wiped from the address.

const home = document.body.dataset.home;
const token = location.hash.slice(1);
const told = document.querySelector('#told');
history.replaceState(null, '', '/');


async function enter(token) {
  told.textContent = 'Signing in …';
  try {
    const answer = await fetch('/api/enter', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) location.replace('/');
    else told.textContent = (await answer.json().catch(() => ({}))).error || 'This link does not work.';
  } catch {
    told.textContent = 'The server cannot be reached. Open your link again in a moment.';
  }
}

document.querySelector('#enter').addEventListener('submit', (event) => {
  event.preventDefault();
  enter(document.querySelector('#token').value.trim().split('#').pop());
});
if (token) enter(token);
else if (home) location.replace(home);
document.querySelector('#main').dataset.ready = 'yes';
