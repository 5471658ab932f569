// Forms that several people fill at once and that survive a lost connection: a checklist in the field.
//
// form[data-k-keep="/address"]: every field of it that is touched is kept in this browser at once (localStorage, under the
// person of <body data-k-user>), and sent to the address by itself. What the server has acknowledged is forgotten here. The
// same request sent twice is the same to the server, so a lost answer costs nothing. Nothing is ever sent under another
// person, and signing out forgets what is kept. The list of attributes with an example is in web/assets/README.md.
(() => {
  'use strict';
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const user = () => document.body.dataset.kUser || '';
  const prefix = 'kis-keep:';
  const mine = () => `${prefix}${user()}:`;
  const keyOf = (url) => mine() + url;
  const maxAge = 30 * 24 * 3600e3; // what nobody has sent for a month is given up
  const quiet = 1200; // ms without typing before it is sent
  const newID = () => (crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join(''));

  // ---- What is kept. An entry: {url, page, label, version, fields, request, sent: [earlier requests], at, stop}.
  let broken = false; // the browser keeps nothing: full, or forbidden
  const read = (url) => {
    try { return JSON.parse(localStorage.getItem(keyOf(url))); } catch { return null; }
  };
  const write = (entry) => {
    try { localStorage.setItem(keyOf(entry.url), JSON.stringify(entry)); broken = false; } catch { broken = true; }
  };
  const forget = (url) => { try { localStorage.removeItem(keyOf(url)); } catch { /* nothing was kept */ } };
  const keys = (start) => { try { return Object.keys(localStorage).filter((k) => k.startsWith(start)); } catch { return []; } };
  const entries = () => keys(mine()).map((k) => { try { return JSON.parse(localStorage.getItem(k)); } catch { return null; } }).filter(Boolean);
  const sweep = () => keys(prefix).forEach((k) => {
    let at = 0;
    try { at = JSON.parse(localStorage.getItem(k)).at; } catch { /* not ours any more */ }
    if (!(Date.now() - at < maxAge)) try { localStorage.removeItem(k); } catch { /* stays */ }
  });

  // ---- States: data-k-kept="saved|unsent|sending|conflict|refused|signin" inside a form; data-k-kept-all on the page.
  const formOf = (url) => all('form[data-k-keep]').find((f) => f.dataset.kKeep === url);
  const show = (url, state, why) => {
    const form = formOf(url);
    if (form) {
      form.dataset.kState = state;
      all('[data-k-kept]', form).forEach((e) => { e.hidden = e.dataset.kKept !== state; });
      all('[data-k-why]', form).forEach((e) => { e.hidden = !why; e.textContent = why || ''; });
    }
    overall();
  };
  let signedOut = false;
  const busy = new Set();
  const overall = () => {
    const list = entries(), n = list.length;
    const state = broken ? 'broken' : signedOut ? 'signin' : !n ? 'saved' : list.some((e) => e.stop) ? 'stopped' : !navigator.onLine ? 'offline' : busy.size ? 'sending' : 'unsent';
    all('[data-k-kept-all]').forEach((e) => {
      e.hidden = e.dataset.kKeptAll !== state;
      all('[data-k-n]', e).forEach((x) => { x.textContent = String(n); });
    });
    all('[data-k-kept-bar]').forEach((e) => { e.dataset.kState = state; });
    leftovers(list);
  };

  // What was stopped and has no form on this page any more, such as after the report, can be read, copied and given up:
  // [data-k-left] holds the list, <template data-k-leftover> one of them with data-k="label|text|drop".
  const leftovers = (list) => {
    const place = document.querySelector('[data-k-left]'), template = document.querySelector('template[data-k-leftover]');
    if (!place || !template) return;
    place.replaceChildren();
    for (const entry of list.filter((e) => e.stop && !formOf(e.url))) {
      const box = template.content.firstElementChild.cloneNode(true);
      box.querySelector('[data-k=label]').textContent = entry.label;
      box.querySelector('[data-k=text]').textContent = Object.values(entry.fields).join('\n');
      box.querySelector('[data-k=drop]').addEventListener('click', () => { forget(entry.url); overall(); });
      place.append(box);
    }
    place.hidden = place.children.length === 0;
  };

  // ---- Fields. A group of boxes with one name is one field: its ticked values, parted by blanks.
  const boxes = (form, name) => [...form.elements].filter((e) => e.name === name);
  const valueOf = (form, name) => {
    const list = boxes(form, name);
    if (list.some((e) => e.type === 'checkbox')) return list.filter((e) => e.checked).map((e) => e.value).join(' ');
    if (list.some((e) => e.type === 'radio')) return (list.find((e) => e.checked) || { value: '' }).value;
    return list.length ? list[0].value : '';
  };
  const setValue = (form, name, value) => {
    const list = boxes(form, name), set = value.split(' ');
    for (const e of list) {
      if (e.type === 'checkbox') e.checked = set.includes(e.value);
      else if (e.type === 'radio') e.checked = e.value === value;
      else if (e.value !== value) e.value = value;
    }
  };

  // ---- Touching: kept at once, sent when the typing pauses.
  const timers = new Map(), tries = new Map();
  const soon = (url, ms) => {
    clearTimeout(timers.get(url));
    timers.set(url, setTimeout(() => flush(url), ms));
  };
  const touch = (form, name, ms) => {
    const url = form.dataset.kKeep;
    const entry = read(url) || { url, page: location.pathname + location.search, label: form.dataset.kLabel || '', version: form.dataset.kVersion, fields: {}, sent: [] };
    entry.fields[name] = valueOf(form, name);
    entry.request = newID();
    entry.at = Date.now();
    entry.stop = '';
    write(entry);
    show(url, 'unsent');
    soon(url, ms);
  };
  const touched = (event) => {
    const e = event.target, form = e.form;
    if (!form || !form.matches('form[data-k-keep]') || !e.name || e.type === 'file' || e.type === 'hidden') return;
    touch(form, e.name, event.type === 'change' ? 150 : quiet);
  };
  document.addEventListener('input', touched);
  document.addEventListener('change', touched);
  document.addEventListener('submit', (event) => {
    const form = event.target.closest('form[data-k-keep]');
    if (!form) return;
    event.preventDefault(); // the same button, without leaving the page
    if (read(form.dataset.kKeep)) flush(form.dataset.kKeep);
  });

  // ---- Sending.
  const flush = async (url) => {
    clearTimeout(timers.get(url));
    const entry = read(url);
    if (!entry || busy.has(url)) return;
    if (!entry.sent.includes(entry.request)) { entry.sent.push(entry.request); write(entry); }
    const body = new URLSearchParams({ user: user(), version: entry.version, request: entry.request, after: entry.sent.filter((r) => r !== entry.request).slice(-40).join(' ') });
    for (const [name, value] of Object.entries(entry.fields)) body.set(name, value);
    busy.add(url);
    show(url, 'sending');
    let response, answer = {};
    try {
      response = await fetch(url, { method: 'POST', body, credentials: 'same-origin', redirect: 'manual', headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(20000) });
      answer = await response.json().catch(() => ({}));
    } catch { response = null; }
    busy.delete(url);
    if (user() === '' || !read(url)) { overall(); return; } // signed out meanwhile
    if (response && response.ok && answer.version) arrived(url, entry, answer);
    else if (response && response.status === 409 && answer.conflicts) conflict(url, answer);
    else if (response && (response.status === 401 || response.type === 'opaqueredirect')) { signedOut = true; show(url, 'signin'); }
    else if (response && [400, 403, 404, 409, 413, 422].includes(response.status)) stop(url, 'refused', answer.message);
    else { // no connection, whatever the browser believes of it, or a server in trouble: again, with patience
      const n = (tries.get(url) || 0) + 1;
      tries.set(url, n);
      show(url, 'unsent');
      soon(url, Math.min(30000, 1000 * 2 ** Math.min(n, 5)));
    }
  };
  const stop = (url, state, why) => {
    const entry = read(url);
    entry.stop = state;
    write(entry);
    show(url, state, why);
  };
  const arrived = (url, sent, answer) => {
    signedOut = false;
    tries.delete(url);
    const now = read(url), form = formOf(url);
    if (form) { form.dataset.kVersion = answer.version; all('[name=version]', form).forEach((e) => { e.value = answer.version; }); }
    if (now.request === sent.request) {
      forget(url);
      if (form) apply(form, answer.fields || {}, {});
      show(url, 'saved', '');
      if (answer.hint && form) hint(form, answer.hint);
      document.dispatchEvent(new CustomEvent('k-kept', { detail: { url } }));
      return;
    }
    // Something was typed meanwhile: what has not changed since is done, the rest goes on from the new version.
    for (const [name, value] of Object.entries(sent.fields)) if (now.fields[name] === value) delete now.fields[name];
    Object.assign(now, { version: answer.version, sent: [] });
    write(now);
    soon(url, 300);
  };
  // apply shows what the row holds now in all fields that are not being changed here.
  const apply = (form, fields, except) => {
    for (const [name, value] of Object.entries(fields)) {
      if (!(name in except) && boxes(form, name).length) setValue(form, name, value);
    }
  };
  const hint = (form, text) => all('[data-k-hint]', form).forEach((e) => { e.hidden = !text; e.textContent = text; });

  // ---- Conflicts: both texts side by side, the person chooses for each field. <template data-k-conflict>, parts data-k="head|mine|theirs|keep|take".
  const conflict = (url, answer) => {
    stop(url, 'conflict', '');
    const form = formOf(url), template = document.querySelector('template[data-k-conflict]');
    if (!form || !template) return;
    const place = form.querySelector('[data-k-conflicts]');
    place.replaceChildren();
    const settle = (box, name, take) => {
      const entry = read(url);
      box.remove();
      if (!entry) return;
      if (take) delete entry.fields[name];
      entry.request = newID();
      // Only when all are decided the new version is what was seen.
      if (place.children.length === 0) Object.assign(entry, { version: answer.version, sent: [], stop: '' });
      write(entry);
      if (Object.keys(entry.fields).length === 0) {
        forget(url);
        form.dataset.kVersion = answer.version;
        show(url, 'saved', '');
      } else if (!entry.stop) flush(url);
    };
    for (const c of answer.conflicts) {
      const box = template.content.firstElementChild.cloneNode(true);
      const part = (name) => box.querySelector(`[data-k=${name}]`);
      part('head').textContent = c.head;
      part('mine').textContent = c.mine;
      part('theirs').textContent = c.theirs;
      part('keep').addEventListener('click', () => settle(box, c.field, false));
      part('take').addEventListener('click', () => { setValue(form, c.field, c.value); settle(box, c.field, true); });
      place.append(box);
    }
    if (!form.contains(document.activeElement)) place.querySelector('button').focus(); // never out of a text being typed
  };

  // ---- What the others do: [data-k-live="/address"] with data-k-seq is asked every few seconds while somebody looks.
  const every = 4000;
  let liveTimer;
  const look = async (live) => {
    clearTimeout(liveTimer);
    if (document.visibilityState === 'visible' && !signedOut) {
      try {
        const response = await fetch(`${live.dataset.kLive}?after=${live.dataset.kSeq}`, { credentials: 'same-origin', redirect: 'manual', cache: 'no-store',
          headers: { Accept: 'application/json', 'X-Kis-Poll': '1', 'If-None-Match': `"${live.dataset.kSeq}"` } });
        if (response.status === 200) {
          const answer = await response.json();
          live.dataset.kSeq = answer.next;
          answer.rows.forEach(changed);
        } else if (response.status === 401 || response.type === 'opaqueredirect') { signedOut = true; overall(); }
      } catch { /* the next look may succeed */ }
    }
    liveTimer = setTimeout(() => look(live), every);
  };
  const changed = (row) => {
    const form = all('form[data-k-row]').find((f) => f.dataset.kRow === row.row);
    if (!form || row.version < Number(form.dataset.kVersion)) return; // older than what is shown
    const entry = read(form.dataset.kKeep);
    apply(form, row.fields, entry ? entry.fields : {});
    if (!entry) { form.dataset.kVersion = row.version; all('[name=version]', form).forEach((e) => { e.value = row.version; }); }
    if (row.hint) hint(form, row.hint);
  };

  // ---- Signing out forgets what is kept; what was not sent yet is asked about first.
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!['/sign-out', '/me/sign-out-everywhere'].includes(form.getAttribute('action'))) return;
    const n = entries().length, text = document.body.dataset.kUnsent;
    if (n && text && !window.confirm(text)) { event.preventDefault(); return; }
    keys(mine()).forEach((k) => localStorage.removeItem(k));
    timers.forEach(clearTimeout);
  }, true);

  // A part that is asked for after the session has ended must not lead away from what is being typed: the page says it.
  document.addEventListener('htmx:beforeOnLoad', (event) => {
    if (event.detail.xhr.status === 401 && document.querySelector('form[data-k-keep]')) { event.preventDefault(); signedOut = true; overall(); }
  });

  const flushAll = () => entries().filter((e) => !e.stop).forEach((e, i) => setTimeout(() => flush(e.url), i * 120));
  window.addEventListener('online', () => { overall(); flushAll(); });
  window.addEventListener('offline', overall);
  // Back from another window, where the person may have signed in again.
  window.addEventListener('focus', () => { if (signedOut) { signedOut = false; flushAll(); } });
  window.addEventListener('beforeunload', (event) => { if (broken) event.preventDefault(); });
  document.addEventListener('DOMContentLoaded', () => {
    sweep();
    if (!user()) return;
    // What is kept is put back into its form and goes on from there; also what was stopped, since its form is here now.
    for (const entry of entries()) {
      const form = formOf(entry.url);
      if (!form) continue;
      for (const [name, value] of Object.entries(entry.fields)) setValue(form, name, value);
      show(entry.url, 'unsent');
      if (entry.stop) { entry.stop = ''; write(entry); }
    }
    overall();
    flushAll();
    const live = document.querySelector('[data-k-live]');
    if (live) liveTimer = setTimeout(() => look(live), every);
  });
  // Parts put in later bring fields of a form that is kept: what is kept of them is put back.
  document.addEventListener('htmx:afterSettle', (event) => all('[form]', event.detail.elt).forEach((e) => {
    const entry = e.form && e.form.dataset.kKeep && read(e.form.dataset.kKeep);
    if (entry && e.name in entry.fields) setValue(e.form, e.name, entry.fields[e.name]);
  }));
})();
