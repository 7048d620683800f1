// chulcheck.js - makes pages nicer; everything works without it. The countdown ticks, the check-in
// needs no new page, and a form is not sent twice by a double click.
'use strict';

// data-left is what the server says is left, so a wrong clock of the visitor does not matter.
function count(at) {
  const end = performance.now() + Number(at.dataset.left);
  const tick = () => {
    const left = Math.max(0, Math.floor((end - performance.now()) / 1000));
    at.textContent = at.dataset.text
      .replace('{h}', Math.floor(left / 3600))
      .replace('{m}', Math.floor(left / 60) % 60)
      .replace('{s}', left % 60);
    if (!at.isConnected) return;
    if (left > 0) setTimeout(tick, 1000);
    // A new day: everybody looks again, but not in the same second.
    else setTimeout(() => location.replace(location.pathname), 1000 + Math.random() * 20000);
  };
  if (Number(at.dataset.left) > 0) tick();
}

// Sends the form and puts the answer in place of this page; the browser does it if that fails.
// Asking twice is safe: a check-in counts once.
async function checkIn(form) {
  const button = form.querySelector('button');
  button.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const main = page.querySelector('main');
    if (main === null) throw new Error('not a page of ours');
    document.querySelector('main').replaceWith(document.adoptNode(main));
    document.title = page.title;
    if (answer.redirected) history.replaceState(null, '', answer.url);
    scrollTo(0, 0);
    start(main);
    const told = main.querySelector('[role="status"]') ?? main.querySelector('h1');
    told.tabIndex = -1;
    told.focus();
  } catch {
    form.submit();
  }
}

function start(main) {
  main.querySelectorAll('.countdown').forEach(count);
  for (const form of main.querySelectorAll('form[method="post"]')) {
    let sent = 0;
    form.addEventListener('submit', (event) => {
      const again = performance.now() - sent < 5000 && sent > 0;
      if (again) event.preventDefault();
      else if (form.getAttribute('action') === '/check-in') {
        event.preventDefault();
        checkIn(form);
      }
      if (!again) sent = performance.now();
    });
  }
}

start(document);
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
