// pages.mjs - every page in Chromium, as the people who use it: by keyboard, at 320 px, without
// JavaScript, in both languages, in the dark. Needs a running system (RUN_ENV); SHOTS=DIR keeps
// screenshots. Checks on each page: no sideways scrolling, no request to another host, nothing
// in the console (so no violation of the content security policy), axe-core, html-validate.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { HtmlValidate } from 'html-validate';
import axe from 'axe-core';

const env = Object.fromEntries(readFileSync(process.env.RUN_ENV, 'utf8').trim().split('\n')
  .map((line) => line.match(/^([A-Z_]+)=(.*)$/)).filter(Boolean)
  .map(([, name, value]) => [name, value.replace(/^'(.*)'$/, '$1').replace(/^"(.*)"$/, '$1')]));
const shots = process.env.SHOTS;
const html = new HtmlValidate({ extends: ['html-validate:recommended'],
  rules: { 'long-title': 'off', 'no-trailing-whitespace': 'off', 'no-inline-style': 'error', 'void-style': 'off', 'attribute-boolean-style': 'off' } });
let passed = 0;
let failed = 0;

function ok(name, good, why) {
  console.log(`${good ? 'ok' : 'not ok'} - ${name}`);
  if (good) passed++;
  else { failed++; if (why) console.log(`#   ${String(why).slice(0, 1500)}`); }
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu',
  '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });

async function open(options) {
  const context = await browser.newContext({ locale: 'ko-KR', timezoneId: 'Asia/Seoul', ...options });
  const page = await context.newPage();
  page.foreign = [];
  page.noise = [];
  page.on('request', (r) => { const host = new URL(r.url()).host; if (![new URL(env.EVENT_URL).host, new URL(env.AUTH_URL).host].includes(host)) page.foreign.push(r.url()); });
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type()) && !/status of 40[0-9]/.test(m.text())) page.noise.push(m.text()); });
  page.on('response', (r) => { if (r.request().isNavigationRequest() && r.status() < 300) page.document = r; });
  page.on('pageerror', (e) => page.noise.push(e.message));
  return page;
}

async function look(page, name, { axeToo = true } = {}) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth).catch(() => 0);
  ok(`${name}: no sideways scrolling`, wide <= 0, `${wide} px too wide`);
  ok(`${name}: no third-party request`, page.foreign.length === 0, page.foreign);
  ok(`${name}: a quiet console`, page.noise.length === 0, page.noise);
  const source = await page.document.text();
  const report = await html.validateString(source);
  ok(`${name}: valid HTML`, report.valid, JSON.stringify(report.results.flatMap((r) => r.messages.map((m) => `${m.line}: ${m.ruleId} ${m.message}`)).slice(0, 6)));
  if (axeToo) {
    // The policy forbids scripts that are not ours; the debugger's own evaluation is not a script of the page.
    await page.evaluate(axe.source);
    const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
    ok(`${name}: axe finds nothing`, found.violations.length === 0, JSON.stringify(found.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 120)).slice(0, 2)])));
  }
  if (shots) await page.screenshot({ path: `${shots}/${name.replaceAll(/[^a-z0-9]+/gi, '-')}.png`, fullPage: true });
}

async function signIn(page, email, password) {
  await page.goto(`${env.EVENT_URL}/sign-in`);
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.locator('input[name=password]').press('Enter');
  if (email === env.STAFF_EMAIL) {
    await page.waitForURL(`${env.AUTH_URL}/sign-in/code**`);
    const remember = `${path.dirname(process.env.RUN_ENV)}/tmp/totp`;
    await page.locator('input[name=code]').fill(execFileSync('scripts/demo/code', [env.STAFF_TOTP_SECRET, remember]).toString().trim());
    await page.locator('input[name=code]').press('Enter');
  }
  await page.waitForURL(`${env.EVENT_URL}/**`);
}

// Presses Tab until something with this text or name has the focus.
async function tabTo(page, matches) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => { const e = document.activeElement; return { text: (e.innerText || e.value || '').trim(), name: e.name || '', ring: getComputedStyle(e).outlineStyle !== 'none' || getComputedStyle(e).boxShadow !== 'none' }; });
    if (matches(at)) return at;
  }
  return null;
}

for (const width of [320, 1280]) {
  const page = await open({ viewport: { width, height: 800 } });
  for (const [name, url] of [['event home', env.EVENT_URL], ['sign-up', `${env.AUTH_URL}/sign-up`], ['sign-in', `${env.AUTH_URL}/sign-in`]]) {
    await page.goto(url);
    await look(page, `${name} ${width}`);
  }
  await signIn(page, env.NEWCOMER_EMAIL, env.NEWCOMER_PASSWORD);
  await look(page, `card of a newcomer ${width}`);
  ok(`newcomer ${width}: is told that there is no purchase`, /구매내역/.test(await page.locator('main').innerText()));
  await page.context().close();
}

{ // By keyboard only, with JavaScript off, at 320 px: sign in, check in, look at history and rewards.
  const page = await open({ viewport: { width: 320, height: 700 }, javaScriptEnabled: false });
  await signIn(page, env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
  ok('no script: the card greets by name', (await page.locator('body').innerText()).includes('님'));
  if (shots) await page.screenshot({ path: `${shots}/card-before.png`, fullPage: true });
  const button = page.locator('form[action="/check-in"] button');
  ok('no script: the button is there', await button.count() === 1);
  await button.focus();
  await page.keyboard.press('Enter');
  await page.waitForLoadState();
  ok('no script: the phrase', /님의 출석이 완료되었습니다|님은 오늘 이미 출석하셨습니다/.test(await page.locator('main').innerText()), await page.locator('main').innerText());
  await page.goto(`${env.EVENT_URL}/history`);
  ok('no script: history', (await page.locator('main').innerText()).length > 10);
  await page.goto(`${env.EVENT_URL}/rewards`);
  ok('no script: rewards', (await page.locator('main').innerText()).length > 10);
  await page.context().close();
}

for (const width of [320, 1280]) {
  for (const [lang, locale] of [['ko', 'ko-KR'], ['en', 'en-GB']]) {
    const page = await open({ viewport: { width, height: 800 }, locale });
    await signIn(page, env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
    for (const [name, path] of [['card', '/'], ['history', '/history'], ['rewards', '/rewards']]) {
      await page.goto(env.EVENT_URL + path);
      ok(`${name} ${lang}: the language is set`, await page.getAttribute('html', 'lang') === lang);
      await look(page, `${name} ${lang} ${width}`, { axeToo: lang === 'ko' });
    }
    await page.goto(`${env.AUTH_URL}/account`);
    await look(page, `account ${lang} ${width}`);
    await page.context().close();
  }
}

{ // Signing out ends it on both hosts; the language link leads back to where one was.
  const page = await open({ viewport: { width: 390, height: 800 } });
  await signIn(page, env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
  await page.locator('header button[type=submit]').click();
  await page.waitForURL(`${env.AUTH_URL}/sign-out**`);
  await page.locator('main button[type=submit]').click();
  await page.waitForURL(`${env.EVENT_URL}/`);
  ok('sign-out: the event page asks to sign in', await page.locator('main a[href="/sign-in"]').count() === 1);
  await page.goto(`${env.EVENT_URL}/history`);
  ok('sign-out: what is mine asks to sign in', page.url().startsWith(`${env.AUTH_URL}/sign-in`), page.url());
  await page.locator('a[href^="/lang/en"]').click();
  await page.waitForLoadState();
  ok('language: /lang/en leads back, in English', page.url().startsWith(`${env.AUTH_URL}/sign-in`) && await page.getAttribute('html', 'lang') === 'en', page.url());
  await page.context().close();
}

{ // Keyboard with scripts on: the focus is visible wherever it goes.
  const page = await open({ viewport: { width: 1280, height: 800 } });
  await signIn(page, env.STAFF_EMAIL, env.STAFF_PASSWORD);
  await page.goto(`${env.EVENT_URL}/admin/stock`);
  const at = await tabTo(page, (e) => e.name === 'amount');
  ok('keyboard: Tab reaches the amount of stock', at !== null);
  ok('keyboard: the focus is seen', at !== null && at.ring);
  await page.context().close();
}

for (const width of [320, 1280]) {
  const page = await open({ viewport: { width, height: 900 } });
  await signIn(page, env.STAFF_EMAIL, env.STAFF_PASSWORD);
  for (const path of ['/admin', '/admin/attendance', '/admin/grants', '/admin/customers', '/admin/customers/1', '/admin/stock', '/admin/stock/1', '/admin/alerts']) {
    const answer = await page.goto(env.EVENT_URL + path);
    ok(`${path} ${width}: 200`, answer.status() === 200, answer.status());
    await look(page, `${path} ${width}`);
  }
  await page.context().close();
}

{ // In the dark.
  const page = await open({ viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
  await signIn(page, env.CUSTOMER_EMAIL, env.CUSTOMER_PASSWORD);
  await look(page, 'card dark');
  await page.context().close();
}

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
