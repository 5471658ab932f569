// KİS in the browser: small helpers over pages that work without them.
//
// Nothing here holds a text or a rule: texts come from the page (attributes and templates), rules from the server.
// The policy of the pages forbids inline script, inline style and eval, so everything hangs on data attributes, and
// events are caught at the document, which also serves the parts that htmx puts in later. The list of attributes
// with an example each is in web/assets/README.md.
(() => {
  'use strict';
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const target = (form) => form.getAttribute('action') || location.href; // form.action may be a field of that name
  // on calls fn(element, event) for events of this type inside an element that matches.
  const on = (type, selector, fn) => document.addEventListener(type, (event) => {
    const element = event.target instanceof Element && event.target.closest(selector);
    if (element) fn(element, event);
  });

  // ---- htmx: nothing that the content policy forbids, no page kept in the browser's storage.
  if (window.htmx) {
    Object.assign(htmx.config, {
      includeIndicatorStyles: false, allowEval: false, allowScriptTags: false, selfRequestsOnly: true,
      historyCacheSize: 0, refreshOnHistoryMiss: true, globalViewTransitions: false,
      // Refused forms (409, 422) come back as the form itself and are put in place like an answer.
      responseHandling: [
        { code: '204', swap: false }, { code: '[23]..', swap: true },
        { code: '409|422', swap: true, error: false }, { code: '...', swap: false, error: true },
      ],
    });
  }

  // ---- Live region: one line that screen readers speak. <div id="k-live" role="status" data-offline="…" data-failed="…">
  const say = (text) => {
    const live = byId('k-live');
    if (!live || !text) return;
    live.textContent = '';
    setTimeout(() => { live.textContent = text; }, 50);
  };
  const saySwapped = (part) => all('[data-k-say]', part.parentElement || part).forEach((e) => {
    if (!e.kSaid) { e.kSaid = true; say(e.dataset.kSay || e.textContent.trim()); }
  });
  document.addEventListener('k-say', (event) => say(event.detail && event.detail.value));
  document.addEventListener('htmx:beforeRequest', (event) => event.detail.target.setAttribute('aria-busy', 'true'));
  document.addEventListener('htmx:afterRequest', (event) => event.detail.target.removeAttribute('aria-busy'));
  document.addEventListener('htmx:afterSettle', (event) => {
    const part = event.detail.elt;
    saySwapped(part);
    const focus = part.matches('[data-k-focus]') ? part : part.querySelector('[data-k-focus]');
    if (focus) focus.focus();
  });
  // A request that failed leaves the page as it was: what was typed stays, the page says what happened.
  const failed = (key) => () => {
    const live = byId('k-live');
    if (!live) return;
    all('[data-k-failed]').forEach((box) => { box.hidden = false; box.textContent = live.dataset[key] || ''; });
    say(live.dataset[key]);
  };
  document.addEventListener('htmx:sendError', failed('offline'));
  document.addEventListener('htmx:timeout', failed('offline'));
  document.addEventListener('htmx:responseError', failed('failed'));

  // ---- Opening and closing: menu, small menus, dialogs.
  // data-k-toggle="ID": a link to #ID without script, a button with it.
  const setOpen = (button, open) => {
    const part = byId(button.dataset.kToggle);
    part.classList.toggle('show', open);
    if (!open && part.matches(':target')) location.hash = 'content';
    button.setAttribute('aria-expanded', String(open));
  };
  const toggle = (button, event) => {
    event.preventDefault();
    const part = byId(button.dataset.kToggle);
    setOpen(button, !(part.classList.contains('show') || part.matches(':target')));
  };
  on('click', '[data-k-toggle]', toggle);
  on('keydown', 'a[data-k-toggle]', (button, event) => { if (event.key === ' ') toggle(button, event); });

  // data-confirm="ID": opens the dialog of that id; its own form or button form="…" does the step.
  on('click', '[data-confirm]', (button, event) => {
    const dialog = byId(button.dataset.confirm);
    if (!dialog || !dialog.showModal) return;
    event.preventDefault();
    if (!dialog.open) dialog.showModal();
  });
  on('click', '[data-k-close]', (button, event) => {
    const dialog = button.closest('dialog');
    if (dialog && dialog.open) { event.preventDefault(); dialog.close(); }
  });

  // details[data-k-pop]: closes on a click outside and on Escape.
  const closePops = (except) => all('details[data-k-pop][open]').forEach((pop) => { if (pop !== except) pop.open = false; });
  document.addEventListener('click', (event) => closePops(event.target instanceof Element && event.target.closest('details[data-k-pop]')));
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const pop = document.activeElement && document.activeElement.closest('details[data-k-pop][open]');
    closePops();
    if (pop) pop.querySelector('summary').focus();
    all('[data-k-toggle][aria-expanded=true]').forEach((button) => { setOpen(button, false); button.focus(); });
  });

  // ---- Theme: form[data-k-theme] posts the wish; with script the page changes at once and stays where it is.
  on('submit', 'form[data-k-theme]', (form, event) => {
    const button = event.submitter || form.querySelector('[name=theme]');
    const theme = button.value;
    const body = new URLSearchParams(new FormData(form));
    body.set('theme', theme);
    event.preventDefault();
    document.documentElement.dataset.bsTheme = theme;
    all('form[data-k-theme] [name=theme]').forEach((b) => { b.value = theme === 'dark' ? 'light' : 'dark'; });
    fetch(target(form), { method: 'POST', body, credentials: 'same-origin', redirect: 'manual' }).catch(failed('offline'));
  });

  // ---- Lists: filters that send themselves, one box that ticks all.
  on('change', 'form[data-k-auto]', (form) => form.requestSubmit());
  on('change', '[data-k-all]', (box) => {
    all(`input[type=checkbox][name="${CSS.escape(box.dataset.kAll)}"]`, box.form || document).forEach((b) => { b.checked = box.checked && !b.disabled; });
  });

  // ---- Unsaved changes: form[data-k-guard] asks before the page is left; [data-k-dirty] and [data-k-clean] show which it is.
  const setDirty = (form, dirty) => {
    form.kDirty = dirty;
    all('[data-k-dirty]', form).forEach((e) => { e.hidden = !dirty; });
    all('[data-k-clean]', form).forEach((e) => { e.hidden = dirty; });
  };
  on('input', 'form[data-k-guard]', (form) => setDirty(form, true));
  on('reset', 'form[data-k-guard]', (form) => setDirty(form, false));
  window.addEventListener('beforeunload', (event) => {
    if (all('form[data-k-guard]').some((form) => form.kDirty)) event.preventDefault();
  });

  // ---- A dirty form in [data-k-first] is saved before another of the page is sent: sending that one loses nothing. What
  // cannot be saved is sent itself and comes back with what is wrong.
  on('submit', 'main form[method=post]', async (form, event) => {
    const first = all('[data-k-first] form[data-k-guard]').find((f) => f.kDirty && f !== form);
    if (!first || event.defaultPrevented) return;
    const button = event.submitter;
    event.preventDefault();
    const answer = await fetch(target(first), { method: 'POST', body: new URLSearchParams(new FormData(first)), credentials: 'same-origin' }).catch(() => null);
    if (!answer?.ok || !answer.redirected) return first.requestSubmit();
    setDirty(first, false);
    form.requestSubmit(button);
  });

  // ---- Upload: form[data-k-upload]. Each file goes by itself to the form's action (or to the address in the attribute), as
  // the same multipart field, with Accept: application/json. The answer {"id": "…"} becomes <input type=hidden
  // name="uploaded">; the form is then sent without bytes. An error answers 4xx with {"message": "…"}.
  // The row of a file is <template data-k-file> in the form; its parts are marked data-k="name|size|bar|pct|done|fail|why|retry|remove".
  const size = (bytes) => {
    const unit = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
    // As the pages write it; a browser need not know the language.
    const n = (bytes / unit[1]).toFixed(unit[1] > 1e3 ? 1 : 0);
    return `${document.documentElement.lang === 'en' ? n : n.replace('.', ',')} ${unit[0]}`;
  };
  const sending = 3; // files under way at once, for each form
  const uploads = (form) => (form.kUploads ||= []);
  const show = (up, state, why, final) => {
    up.state = state;
    up.final = state === 'fail' && Boolean(final);
    const visible = { done: state === 'done', fail: state === 'fail', why: state === 'fail', retry: state === 'fail' && !up.final, bar: state === 'send' || state === 'wait', pct: state === 'send' };
    for (const [part, yes] of Object.entries(visible)) all(`[data-k=${part}]`, up.row).forEach((e) => { e.hidden = !yes; });
    if (why) all('[data-k=why]', up.row).forEach((e) => { e.textContent = why; });
    const word = up.row.querySelector(`[data-k=${state}]`);
    if (word) say(`${up.file.name}: ${word.textContent.trim()} ${why || ''}`);
  };
  const fill = (up, loaded) => {
    const percent = up.file.size ? Math.floor((loaded / up.file.size) * 100) : 100;
    all('[data-k=bar]', up.row).forEach((e) => { e.value = Math.min(percent, 100); });
    all('[data-k=pct]', up.row).forEach((e) => { e.textContent = `${Math.min(percent, 100)}%`; });
    all('[data-k=size]', up.row).forEach((e) => { e.textContent = loaded < up.file.size ? `${size(loaded)} / ${size(up.file.size)}` : size(up.file.size); });
  };
  const send = (form, up) => {
    const request = new XMLHttpRequest(), body = new FormData(), input = form.querySelector('input[type=file]');
    up.request = request;
    // The small fields come first: the server can judge the file while it still arrives.
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value);
    body.append(up.field || input.name, up.file, up.file.name);
    request.upload.onprogress = (event) => fill(up, Math.min(event.loaded, up.file.size));
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* a page, such as the one for signing in: not an upload */ }
      if (request.status < 300 && answer.id) {
        up.hidden = Object.assign(document.createElement('input'), { type: 'hidden', name: 'uploaded', value: answer.id });
        up.row.append(up.hidden);
        fill(up, up.file.size);
        show(up, 'done');
      } else {
        // What the server found wrong with the file itself is as wrong the second time.
        show(up, 'fail', answer.message || byId('k-live')?.dataset.failed, [400, 413, 415, 422].includes(request.status));
      }
      pump(form);
    };
    request.onerror = request.ontimeout = () => { show(up, 'fail', byId('k-live')?.dataset.offline); pump(form); };
    request.open('POST', form.dataset.kUpload || target(form));
    request.setRequestHeader('Accept', 'application/json');
    show(up, 'send');
    request.send(body);
  };
  // What became of all files: [data-k-tally] counts them in the words of its data, [data-k-blocked] says that one holds the
  // form back, [data-k-retry-all] is there while more than one can be sent again.
  const again = (form) => uploads(form).filter((up) => up.state === 'fail' && !up.final);
  const tally = (form) => {
    const list = uploads(form), count = (state) => list.filter((up) => up.state === state).length, failed = count('fail');
    all('[data-k-tally]', form).forEach((e) => {
      e.hidden = list.length < 2;
      e.textContent = e.dataset.kTally.replace('{done}', count('done')).replace('{all}', list.length) + (failed ? ` · ${e.dataset.kFailed.replace('{failed}', failed)}` : '');
    });
    all('[data-k-blocked]', form).forEach((e) => { e.hidden = e.hidden || !failed; });
    all('[data-k-retry-all]', form).forEach((e) => { e.hidden = again(form).length < 2; });
  };
  on('click', 'form[data-k-upload] [data-k-retry-all]', (button) => {
    const form = button.closest('form');
    again(form).forEach((up) => show(up, 'wait'));
    form.querySelector('input[type=file]').focus();
    pump(form);
  });
  // pump starts what may start, and sends the form when it was asked for and every file has arrived.
  const pump = (form) => {
    const list = uploads(form);
    const free = sending - list.filter((up) => up.state === 'send').length;
    list.filter((up) => up.state === 'wait').slice(0, Math.max(free, 0)).forEach((up) => send(form, up));
    tally(form);
    // data-k-then="ID": files that belong to something as soon as they have arrived; that part is asked for again.
    if (form.dataset.kThen && list.length && list.every((up) => up.state === 'done')) {
      const part = byId(form.dataset.kThen);
      if (part && window.htmx) htmx.trigger(part, 'refresh');
    }
    if (form.kSubmitter === undefined || list.some((up) => up.state === 'send' || up.state === 'wait')) return;
    const submitter = form.kSubmitter;
    form.kSubmitter = undefined;
    if (list.every((up) => up.state === 'done')) form.requestSubmit(submitter);
  };
  const addFiles = (form, files) => {
    const template = form.querySelector('template[data-k-file]'), limit = Number(form.dataset.kMax);
    for (const file of files) {
      const up = { file, state: 'wait', row: template.content.firstElementChild.cloneNode(true) };
      up.row.kUpload = up;
      all('[data-k=name]', up.row).forEach((e) => { e.textContent = file.name; });
      all('[aria-label*="{name}"]', up.row).forEach((e) => e.setAttribute('aria-label', e.getAttribute('aria-label').replace('{name}', file.name)));
      form.querySelector('[data-k-files]').append(up.row);
      uploads(form).push(up);
      fill(up, 0);
      if (limit && file.size > limit) {
        show(up, 'fail', form.dataset.kTooBig, true);
      } else {
        show(up, 'wait');
      }
    }
    form.querySelector('input[type=file]').required = false; // the files have left the field; the server judges
    if (form.matches('[data-k-guard]')) setDirty(form, true);
    pump(form);
  };
  on('change', 'form[data-k-upload] input[type=file]', (input) => {
    addFiles(input.form, [...input.files]);
    input.value = '';
  });
  on('click', 'form[data-k-upload] [data-k=retry]', (button) => {
    const up = button.closest('li').kUpload;
    show(up, 'wait');
    pump(button.closest('form'));
  });
  on('click', 'form[data-k-upload] [data-k=remove]', (button) => {
    const form = button.closest('form'), row = button.closest('li');
    if (row.kUpload.request) row.kUpload.request.abort();
    // One that has arrived is given back, so that it does not wait for nothing; if that fails, it is swept in time.
    if (row.kUpload.hidden && form.dataset.kUpload === '/uploads') {
      fetch(`/uploads/${encodeURIComponent(row.kUpload.hidden.value)}/discard`, { method: 'POST', credentials: 'same-origin', headers: { Accept: 'application/json' } }).catch(() => {});
    }
    form.kUploads = uploads(form).filter((up) => up !== row.kUpload);
    row.remove();
    form.querySelector('input[type=file]').focus();
    pump(form);
  });
  on('submit', 'form[data-k-upload]', (form, event) => {
    if (uploads(form).every((up) => up.state === 'done')) return;
    event.preventDefault(); // waits for the files; pump sends it
    form.kSubmitter = event.submitter;
    const bad = uploads(form).find((up) => up.state === 'fail');
    if (!bad) return;
    form.kSubmitter = undefined;
    all('[data-k-blocked]', form).forEach((e) => { e.hidden = false; });
    bad.row.querySelector(bad.final ? '[data-k=remove]' : '[data-k=retry]').focus();
  });
  for (const type of ['dragover', 'dragleave', 'drop']) {
    on(type, 'form[data-k-upload] .k-drop', (area, event) => {
      event.preventDefault();
      area.classList.toggle('k-over', type === 'dragover');
      if (type === 'drop') addFiles(area.closest('form'), [...event.dataTransfer.files]);
    });
  }

  // After the listeners that may hold a submit back: only a form that really goes is no longer dirty.
  on('submit', 'form[data-k-guard]', (form, event) => { if (!event.defaultPrevented) form.kDirty = false; });

  // ---- Once the page is there.
  document.addEventListener('DOMContentLoaded', () => {
    document.documentElement.classList.add('k-js');
    all('[data-k-toggle]').forEach((button) => {
      if (button.tagName === 'A') button.setAttribute('role', 'button');
      button.setAttribute('aria-expanded', String(byId(button.dataset.kToggle).matches(':target')));
    });
    saySwapped(document.body);
    const focus = document.querySelector('[data-k-focus]');
    if (focus) focus.focus();
  });

  // ---- Board: cards dragged between columns. <div data-k-board="ADDRESS" data-k-lost="…" data-k-open="…"> holds columns
  // [data-k-state] and cards [data-k-card][data-k-from][data-k-to="states that steps lead to"]. The server decides: a card that
  // it refuses goes back to its place with the message, and with a link where the step asks for more than a drop can say.
  let card = null;
  const leadsTo = (column) => card && ` ${card.dataset.kTo} `.includes(` ${column.dataset.kState} `);
  const clearBoard = () => {
    all('.k-board-col').forEach((c) => c.classList.remove('k-may', 'k-over'));
    all('.k-dragged').forEach((c) => c.classList.remove('k-dragged'));
  };
  on('dragstart', '[data-k-card]', (element, event) => {
    card = element;
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', element.dataset.kCard);
    element.classList.add('k-dragged');
    all('[data-k-state]').forEach((c) => c.classList.toggle('k-may', leadsTo(c)));
  });
  on('dragend', '[data-k-card]', () => { clearBoard(); card = null; });
  on('dragover', '[data-k-state]', (column, event) => {
    if (!card || column.dataset.kState === card.dataset.kFrom) return;
    event.preventDefault(); // any column takes the drop: why it leads nowhere is for the server to say
    column.classList.add('k-over');
  });
  on('dragleave', '[data-k-state]', (column, event) => { if (!column.contains(event.relatedTarget)) column.classList.remove('k-over'); });
  on('drop', '[data-k-state]', (column, event) => {
    if (!card) return;
    event.preventDefault();
    moveCard(card, column);
    clearBoard();
  });
  const moveCard = async (moved, column) => {
    const board = moved.closest('[data-k-board]');
    const home = moved.parentElement;
    const next = moved.nextElementSibling;
    const said = board.querySelector('[data-k-board-said]');
    const tell = (text, href) => {
      said.textContent = text;
      if (href) {
        const link = document.createElement('a');
        link.href = href;
        link.textContent = board.dataset.kOpen;
        said.append(' ', link);
      }
      said.hidden = false;
    };
    column.querySelector('ul').prepend(moved); // at once; back again when it is refused
    try {
      const body = new URLSearchParams({ id: moved.dataset.kCard, from: moved.dataset.kFrom, to: column.dataset.kState, by: 'drag' });
      const answer = await fetch(board.dataset.kBoard, { method: 'POST', body, headers: { Accept: 'application/json' } });
      const data = await answer.json();
      if (answer.ok) { location.reload(); return; } // steps and terms are others now
      home.insertBefore(moved, next);
      tell(data.message, data.href);
    } catch {
      home.insertBefore(moved, next);
      tell(board.dataset.kLost);
    }
  };
})();
