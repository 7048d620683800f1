// chulcheck.js - makes pages nicer; everything works without it. The countdown ticks, and a form
// cannot be sent twice by a double click.
'use strict';

for (const at of document.querySelectorAll('.countdown')) {
  const until = Number(at.dataset.until);
  const tick = () => {
    const left = Math.max(0, Math.floor((until - Date.now()) / 1000));
    at.textContent = at.dataset.text
      .replace('{h}', Math.floor(left / 3600))
      .replace('{m}', Math.floor(left / 60) % 60)
      .replace('{s}', left % 60);
    if (left > 0) setTimeout(tick, 1000);
  };
  if (until > 0) tick();
}

for (const form of document.querySelectorAll('form[method="post"]')) {
  let sent = false;
  form.addEventListener('submit', (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
}
addEventListener('pageshow', (event) => { if (event.persisted) location.reload(); });
